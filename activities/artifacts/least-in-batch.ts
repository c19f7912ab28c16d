import type { Medium } from './medium.js';

/**
 * Pieces of a batch, at least. An activity costs 18 ms of processor time, 5 of the worker and 13 of the
 * Temporal server. A store in a folder belongs to one machine, whose threads work on all pieces of a batch; a
 * bucket is shared by workers, which divide even few pieces.
 */
export const leastPieces = { folder: 4, objects: 1 } as const satisfies Record<Medium['kind'], number>;
