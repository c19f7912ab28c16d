import { batchesOf } from '../batches.js';
import type { Batches } from '../contracts/artifact.js';
import { partitionsFor, pieceBytesFor, tokenPieceBytes } from '../mix/shuffle-sizes.js';
import { entryBytes } from '../store/entry-sizes.js';

/** A source of a run that is forecast. */
export interface ForecastSource {
  /** Sizes of its files, in bytes. */
  readonly files: readonly number[];
  /** Conversations. */
  readonly lines: number;
  /** Of the converted lines, newlines included. */
  readonly lineBytes: number;
}

/** A run that is forecast. Every row stays and none is repeated: fewer rows need fewer requests. */
export interface ForecastInput {
  readonly sources: readonly ForecastSource[];
  /** 0 … 1 */
  readonly heldoutFraction: number;
  readonly workers: number;
  /** Whether the recipe has no format, so that the first rows are read for it. */
  readonly isDetected: boolean;
  /** Absent: of a recipe without `train`. */
  readonly tokens?: {
    /** Tokens of a byte of a line. */
    readonly perByte: number;
    readonly tokenizerBytes: number;
  };
}

/** A stretch of a file. */
interface Slice {
  readonly bytes: number;
  readonly fileBytes: number;
  readonly isFirst: boolean;
  readonly isLast: boolean;
}

/** A piece of a source. */
export interface ForecastPiece {
  readonly slices: readonly Slice[];
  readonly lines: number;
  readonly lineBytes: number;
}

/** How a run is cut. */
export interface Shape {
  /** Of each source. */
  readonly sources: readonly {
    readonly source: ForecastSource;
    readonly pieces: readonly ForecastPiece[];
    readonly batches: Batches;
  }[];
  readonly lines: number;
  readonly lineBytes: number;
  readonly partitions: number;
  readonly partitionBatches: Batches;
  /** Pieces of tokens, of train.jsonl and of heldout.jsonl. */
  readonly tokenPieces: { readonly train: number; readonly heldout: number };
  readonly tokenBatches: Batches;
}

/** Bytes of a bucket of the mix. */
const bucketBytes = 8 << 20;

/** Cuts a run as its plans would. */
export function shapeOf(input: ForecastInput): Shape {
  const sources = input.sources.map((source) => {
    const pieces = piecesOf(source);
    return { source, pieces, batches: batchesOf(pieces.length, sizeOf(source)) };
  });
  const lines = input.sources.reduce((all, source) => all + source.lines, 0);
  const lineBytes = input.sources.reduce((all, source) => all + source.lineBytes, 0);
  const partitions = partitionsFor(lineBytes + lines * entryBytes);
  const heldoutBytes = lineBytes * input.heldoutFraction;
  const most = tokenPieceBytes((lineBytes - heldoutBytes) / partitions);
  const bucketsOfPiece = Math.max(1, Math.floor(most / bucketBytes));
  const piecesFor = (bytes: number): number =>
    partitions * Math.ceil(Math.ceil(bytes / partitions / bucketBytes) / bucketsOfPiece);
  const tokenPieces = { train: piecesFor(lineBytes - heldoutBytes), heldout: piecesFor(heldoutBytes) };
  return {
    sources,
    lines,
    lineBytes,
    partitions,
    partitionBatches: batchesOf(partitions, lineBytes),
    tokenPieces,
    tokenBatches: batchesOf(tokenPieces.train + tokenPieces.heldout, lineBytes),
  };
}

export function sizeOf({ files }: ForecastSource): number {
  return files.reduce((all, size) => all + size, 0);
}

/** Pieces of plain lines; small files share one. */
function piecesOf(source: ForecastSource): readonly ForecastPiece[] {
  const bytes = sizeOf(source);
  const most = pieceBytesFor(bytes);
  const pieces: { bytes: number; slices: Slice[] }[] = [];
  for (const fileBytes of source.files)
    for (let from = 0; from < fileBytes; from += most) {
      const own = Math.min(most, fileBytes - from);
      const slice = { bytes: own, fileBytes, isFirst: from === 0, isLast: from + own === fileBytes };
      const last = pieces.at(-1);
      if (last !== undefined && last.bytes + own <= most) {
        last.bytes += own;
        last.slices.push(slice);
      } else pieces.push({ bytes: own, slices: [slice] });
    }
  return pieces.map(({ bytes: own, slices }) => ({
    slices,
    lines: (source.lines * own) / bytes,
    lineBytes: (source.lineBytes * own) / bytes,
  }));
}
