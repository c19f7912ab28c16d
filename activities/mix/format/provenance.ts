/**
 * `train.provenance.bin` and `heldout.provenance.bin`: twelve bytes for each line, little-endian: two for the source's
 * position in the recipe, four for the file's position in the source, six for the line or row in the file, from 1.
 * `train.sources.bin` and `heldout.sources.bin` have the first two alone.
 */
export const provenanceBytes = 12;
export const provenanceAt = { source: 0, file: 2, row: 6 } as const;
export const sourceBytes = 2;

export const sourcesName = (side: 'train' | 'heldout'): string => `${side}.sources.bin`;
export const provenanceName = (side: 'train' | 'heldout'): string => `${side}.provenance.bin`;
