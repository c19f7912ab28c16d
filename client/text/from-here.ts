import { relative } from 'node:path';

/** A path below the working directory as one types it. */
export function fromHere(path: string): string {
  const short = relative(process.cwd(), path);
  return short.startsWith('..') ? path : short;
}
