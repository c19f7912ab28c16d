import { fileURLToPath } from 'node:url';

/** The absolute path of a file of this package. The code that asks runs from `dist`. */
export function packagePath(path: string): string {
  return fileURLToPath(new URL(`../../${path}`, import.meta.url));
}
