import { fileURLToPath } from 'node:url';

/** The absolute path of a file of this package. Compiled code runs from `dist`. */
export function packagePath(path: string): string {
  return fileURLToPath(new URL(`../../${path}`, import.meta.url));
}
