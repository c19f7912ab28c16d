/**
 * Sizes of the shuffle between pieces and partitions of the mix. With n bytes in one source, pieces and
 * partitions of about √(n · 1 MiB) give every partition about 1 MiB of every piece, so that the ranges to
 * read are n / 1 MiB. In a mix of several sources every partition reads the pieces of all of them. So the
 * pieces of a source are larger than that where a hundred of them are left for the workers to share.
 */
const rangeBytes = 1024 * 1024;
const leastBytes = 32 * 1024 * 1024;
/** A source has about so many pieces, or more, before its pieces grow beyond {@link sharedPieceBytes}. */
const piecesToShare = 100;
const sharedPieceBytes = 1024 * 1024 * 1024;
const mostDialoguePartitions = 1024;
/** The rows of a dialogue partition are in memory. */
const mostDialogueBytes = 128 * 1024 * 1024;
const leastTokenPieceBytes = 8 * 1024 * 1024;

/** The key space of order keys has so many cells of equal size: a cell is the first 12 bits of a key. */
export const cellCount = 4096;
export const cellBits = 12;

/**
 * Bytes of input of a piece: 32 MiB times a power of two, so that a source which grows a little keeps its
 * pieces. It depends on nothing but the source, so that every mix of the source finds the same pieces.
 *
 * @param bytes - size of the source's files.
 */
export function pieceBytesFor(bytes: number): number {
  const wanted = Math.max(Math.sqrt(bytes * rangeBytes), Math.min(bytes / piecesToShare, sharedPieceBytes));
  return leastBytes * nearestPowerOfTwo(wanted / leastBytes);
}

/**
 * Dialogue partitions of a source whose rows are turns: each has about half a piece of rows, or 128 MiB where
 * that is less. There are 1,024 at most.
 *
 * @param rowBytes - of all rows.
 * @param pieceBytes - input of a piece.
 */
export function dialoguePartitionsFor(rowBytes: number, pieceBytes: number): number {
  const wanted = Math.ceil(rowBytes / Math.min(pieceBytes / 2, mostDialogueBytes));
  return Math.min(mostDialoguePartitions, Math.max(1, wanted));
}

/**
 * Partitions of a mix: a power of two of at most {@link cellCount}, so that the borders of partitions are
 * borders of cells.
 *
 * @param bytes - size of all converted lines and of their entries.
 * @param partitionBytes - of a partition, about. @default 32 MiB, more above a gigabyte
 */
export function partitionsFor(
  bytes: number,
  partitionBytes: number = Math.max(leastBytes, Math.sqrt(bytes * rangeBytes)),
): number {
  return Math.min(cellCount, nearestPowerOfTwo(bytes / partitionBytes));
}

/**
 * Bytes of lines that become one piece of tokens.
 *
 * @param partitionBytes - of the lines of a partition, on average.
 */
export function tokenPieceBytes(partitionBytes: number): number {
  return Math.max(leastTokenPieceBytes, partitionBytes / 8);
}

/** At least 1. Nearest by factor. */
function nearestPowerOfTwo(value: number): number {
  let power = 1;
  while (value * value >= 2 * power * power) power *= 2;
  return power;
}
