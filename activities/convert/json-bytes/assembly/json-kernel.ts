/**
 * The kernel: JSON in a memory that is imported and belongs to the caller; nothing is kept in it between
 * calls. This is AssemblyScript: TypeScript with the types of WebAssembly. `npm run wasm` compiles it into
 * `../json-kernel-wasm.ts`.
 */
export { readRow } from './json-row';
export { copy, escapeText, surplusBytes, unescapeText } from './json-strings';
