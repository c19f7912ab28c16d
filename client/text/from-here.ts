import { relative } from 'node:path';

/** The path relative to the working directory, where it is below it; else the path itself. */
export function fromHere(path: string): string {
  const short = relative(process.cwd(), path);
  return short.startsWith('..') ? path : short;
}
