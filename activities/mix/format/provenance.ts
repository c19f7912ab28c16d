import type { Side } from '../../../core/contracts/mix.js';

/**
 * `train.provenance.bin` and `heldout.provenance.bin`: twelve bytes for each line, little-endian.
 *
 * | bytes | what |
 * | --- | --- |
 * | 0 … 1 | source, position in the recipe |
 * | 2 … 5 | file, position in the source |
 * | 6 … 11 | line or row in the file, from 1 |
 *
 * `train.sources.bin` and `heldout.sources.bin` have the first two bytes alone.
 */
export const provenanceBytes = 12;
export const provenanceAt = { source: 0, file: 2, row: 6 } as const;
export const sourceBytes = 2;

export const sourcesName = (side: Side): string => `${side}.sources.bin`;
export const provenanceName = (side: Side): string => `${side}.provenance.bin`;
