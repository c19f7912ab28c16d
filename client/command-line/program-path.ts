import { fileURLToPath } from 'node:url';

/** Path of the compiled program `headrace`. */
export const programPath = fileURLToPath(new URL('../main.js', import.meta.url));
