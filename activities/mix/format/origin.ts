/**
 * The origin of an entry in `origins.bin` of a `mix-part`: ten bytes, little-endian.
 *
 * | bytes | what |
 * | --- | --- |
 * | 0 … 1 | source, position in the recipe |
 * | 2 … 5 | slice of the source's conversion plan |
 * | 6 … 9 | row in the slice, from 1 |
 */
export { originBytes } from '../../../core/store/entry-sizes.js';
export const originAt = { source: 0, slice: 2, row: 6 } as const;
