import { batchCount } from '../batches.js';
import {
  cellTableBytes,
  entryBytes,
  exampleBytes,
  mixEntryBytes,
  originBytes,
  partitionRowBytes,
  tokenBytes,
} from '../store/entry-sizes.js';
import {
  fileChunkBytes,
  largestResultBytes,
  leastPartBytes,
  mostHashedBytes,
} from '../store/object-sizes.js';
import {
  areObjects,
  blobChunks,
  chunkReads,
  join,
  put,
  readFile,
  reads,
  storeBlob,
  upload,
  writes,
} from './objects.js';
import { noTraffic, requests, sum, times, type Traffic } from './requests.js';
import { sizeOf, type ForecastInput, type ForecastPiece, type Shape } from './shape.js';

/** Bytes in JSON: of a file in a listing, of a piece in a plan, of a run in a plan, of a bucket in a list. */
const json = { file: 300, piece: 330, run: 190, bucket: 42, part: 300, tokenPiece: 230 } as const;
const bucketBytes = 8 << 20;
/** `lengths.json` of a piece of tokens, about: always inside its manifest. */
const mostLengthsBytes = 50_000;
/** `train.sources.bin` of a mix, at most. */
const headBytes = 131_072;

/** One run, for the functions of its stages. */
interface Run {
  readonly input: ForecastInput;
  readonly shape: Shape;
}

/** How many of the workers do batches: each reads plans of its own. */
function readersOf({ input: { workers } }: Run, batches: number): number {
  return Math.max(1, Math.min(workers, batches));
}

/** The part of what one worker has made or read that another one asks for. */
function elsewhere({ input: { workers } }: Run): number {
  return 1 - 1 / workers;
}

/** Files come into the store, from the Hub or from the user's disk. */
export function bringSources({ input }: Run): Traffic {
  return sum(
    ...input.sources.map(({ files }) =>
      sum(
        ...files.map(storeBlob),
        // Whether the resolution is there, where the run looks for it, and the resolution itself.
        reads(3),
        put(files.length * json.file),
        // The import or the entry of the lock, and the use.
        writes(2),
      ),
    ),
  );
}

/** Plans of the conversions. */
export function planSources(run: Run): Traffic {
  const { input, shape } = run;
  const of = shape.sources.map(({ source: { files }, pieces, batches }) => {
    const planBytes = files.length * json.file + pieces.length * json.piece;
    const [isObject = false] = areObjects([planBytes]);
    const reader = sum(reads(1), readFile(planBytes, isObject));
    const isLarge = (files[0] ?? 0) > bucketBytes;
    return sum(
      reads(1 + elsewhere(run)),
      // The manifest and the first chunk of each file.
      ...files.map((size) =>
        sum(reads(1), chunkReads(Math.min(1, blobChunks(size)), Math.min(size, 16 << 20))),
      ),
      reads(input.isDetected ? (isLarge ? 2 : 1) : 0),
      put(planBytes),
      times(readersOf(run, batchCount(batches)), reader),
      // Which pieces are there.
      reads(pieces.length),
    );
  });
  return sum(...of);
}

/** Pieces are converted and counted. */
export function convertSources(run: Run): Traffic {
  const { shape } = run;
  return sum(
    ...shape.sources.map(({ source, pieces }) => {
      const borders = pieces
        .flatMap(({ slices }) => slices)
        .reduce((all, { isFirst, isLast }) => all + (isFirst ? 0 : 1) + (isLast ? 0 : 1), 0);
      const files = pieces.reduce((all, { slices }) => all + slices.length, 0);
      const bytes = sizeOf(source);
      const chunks = source.files.reduce((all, size) => all + blobChunks(size), 0);
      // The planner has the first chunk of each file.
      const heads = source.files.filter((size) => blobChunks(size) > 0).length / run.input.workers;
      return sum(
        // Whether the piece is there, the manifests of its files, and of those whose lines are cut.
        reads(pieces.length + files + borders),
        chunkReads(chunks - heads + borders * elsewhere(run), bytes),
        ...pieces.map((piece) => put(...pieceFiles(piece))),
        // The summary: whether it is there, and its own put.
        reads(1),
        put(pieces.length * json.bucket),
      );
    }),
    // Manifests of pieces, which are read for the summary, for the plan of the mix and in its partitions.
    reads(runsOf(shape).length * readersOf(run, batchCount(shape.partitionBatches))),
  );
}

/** Sizes of the index and the lines of a piece. */
function pieceFiles({ lines, lineBytes }: ForecastPiece): readonly [number, number] {
  return [lines * entryBytes + cellTableBytes, lineBytes];
}

/** The sorted runs of the mix: one of each piece. */
function runsOf({ sources }: Shape): readonly ForecastPiece[] {
  return sources.flatMap(({ pieces }) => pieces);
}

/** Which sorted runs have an index, and lines, that are objects. */
function runObjects(shape: Shape): { readonly indexes: number; readonly lines: number } {
  const objects = runsOf(shape).map((piece) => areObjects(pieceFiles(piece)));
  return {
    indexes: objects.filter(([isObject]) => isObject === true).length,
    lines: objects.filter(([, isObject]) => isObject === true).length,
  };
}

/** Sizes of a partition, on average. */
function partitionOf({ input, shape }: Run) {
  const { partitions, lines, lineBytes } = shape;
  const own = { lines: lines / partitions, bytes: lineBytes / partitions };
  const heldout = own.bytes * input.heldoutFraction;
  const count = [
    own.lines * (1 - input.heldoutFraction) * mixEntryBytes,
    own.lines * input.heldoutFraction * mixEntryBytes,
  ] as const;
  const part = [own.bytes - heldout, heldout, own.lines * originBytes] as const;
  return { count, part };
}

/** The mix is planned, counted and decided. */
export function planMix(run: Run): Traffic {
  const { shape } = run;
  const { partitions, partitionBatches } = shape;
  const runs = runsOf(shape).length;
  const files = [runs * json.run, partitions * runs * partitionRowBytes] as const;
  const [isPlanObject = false, isTableObject = false] = areObjects(files);
  const batches = batchCount(partitionBatches);
  const readers = readersOf(run, batches);
  const tableChunks = Math.ceil(files[1] / fileChunkBytes);
  const { indexes } = runObjects(shape);
  const ranges = indexes * partitions;
  return sum(
    reads(1),
    chunkReads(indexes, indexes * cellTableBytes),
    put(...files),
    times(readers, sum(reads(1), readFile(files[0], isPlanObject))),
    isTableObject ? chunkReads(Math.min(batches, readers * tableChunks), readers * files[1]) : noTraffic,
    // Whether a partition is there, its entries, and its own put.
    reads(partitions),
    chunkReads(ranges, shape.lines * entryBytes),
    times(partitions, put(...partitionOf(run).count)),
    // The decision: from all partitions.
    reads(1 + partitions),
    writes(1),
    reads(readers),
  );
}

/** The lines are put in order. */
export function writeMix(run: Run): Traffic {
  const { shape } = run;
  const { partitions } = shape;
  const { count, part } = partitionOf(run);
  const objects = areObjects(count);
  const { lines } = runObjects(shape);
  return times(
    partitions,
    sum(
      reads(1 + elsewhere(run)),
      ...count.map((size, at) => readFile(size, objects[at] ?? false)),
      chunkReads(lines, part[0] + part[1]),
      put(...part),
    ),
  );
}

/** The results. */
export function finishMix(run: Run): Traffic {
  const { input, shape } = run;
  const { partitions, lineBytes, sources } = shape;
  const { part } = partitionOf(run);
  const objects = areObjects(part);
  const sides = [
    { own: part[0], isObject: objects[0] ?? false },
    { own: part[1], isObject: objects[1] ?? false },
  ];
  const isHashed = lineBytes * (1 - input.heldoutFraction) <= mostHashedBytes;
  const hashed = isHashed ? sides.map(({ own, isObject }) => readFile(own, isObject)) : [];
  const heads = Math.min(partitions, Math.ceil((65_536 / shape.lines) * partitions));
  const buckets = Math.ceil(part[0] / bucketBytes) + Math.ceil(part[1] / bucketBytes);
  const parts = partitions * (json.part + buckets * json.bucket);
  return sum(
    // The parts, the summaries, and whether the mix is there.
    reads(partitions + sources.length + 1),
    times(partitions, sum(...hashed)),
    objects[2] === true ? chunkReads(heads, heads * Math.min(part[2], fileChunkBytes)) : noTraffic,
    put(parts, Math.min(headBytes, shape.lines * 2)),
    ...sides.map(({ own, isObject }, at) =>
      at === 0 && lineBytes > largestResultBytes
        ? times(partitions, join(1))
        : joined(partitions, own, isObject),
    ),
    // rejects.jsonl, manifest.json and the lock.
    writes(2),
    requests('ListObjectsV2', 1),
  );
}

/** Shards become one object. Those too small for the service are read and sent together. */
function joined(partitions: number, shardBytes: number, isObject: boolean): Traffic {
  if (shardBytes === 0) return upload(0);
  if (isObject && shardBytes >= leastPartBytes) return partitions === 1 ? join(1) : join(partitions);
  const shards = Math.min(partitions, Math.ceil(leastPartBytes / shardBytes));
  const groups = Math.ceil(partitions / shards);
  if (groups === 1) return upload(partitions * shardBytes);
  return sum(
    requests('CreateMultipartUpload', 1),
    requests('UploadPart', groups, { sentBytes: partitions * shardBytes }),
    requests('CompleteMultipartUpload', 1),
  );
}

/** Tokens. */
export function tokenise(run: Run): Traffic {
  const { input, shape } = run;
  if (input.tokens === undefined) return noTraffic;
  const { tokenPieces, tokenBatches, partitions, lineBytes, lines } = shape;
  const { perByte, tokenizerBytes } = input.tokens;
  const pieces = tokenPieces.train + tokenPieces.heldout;
  const batches = batchCount(tokenBatches);
  const readers = readersOf(run, batches);
  const planBytes = pieces * json.tokenPiece;
  const [isListObject = false] = areObjects([planBytes]);
  const [isTokenizerObject = false] = areObjects([tokenizerBytes]);
  const isHashed = lineBytes * (1 - input.heldoutFraction) <= mostHashedBytes;
  const spread = elsewhere(run);
  const shardChunks = lineBytes / fileChunkBytes + batches;
  const { part } = partitionOf(run);
  const [, , areOriginsObjects = false] = areObjects(part);
  const pieceFilesOf = (share: number, count: number): Traffic => {
    const tokens = (lineBytes * share * perByte) / Math.max(1, count);
    const examples = ((lines * share) / Math.max(1, count)) * exampleBytes;
    const lengths = Math.min(examples, mostLengthsBytes);
    return times(count, put(tokens * tokenBytes.id, tokens * tokenBytes.mask, examples, lengths));
  };
  return sum(
    // Whether the plan is there, the plan of the mix and its parts.
    reads(1 + (1 + partitions) * spread),
    put(planBytes),
    // Whether the tokenizer is there.
    reads(1),
    put(tokenizerBytes),
    times(
      readers,
      sum(reads(2), readFile(planBytes, isListObject), readFile(tokenizerBytes, isTokenizerObject)),
    ),
    // Whether a piece is there, its part, the origins and the lines.
    reads(pieces + Math.max(partitions, batches) * spread),
    areOriginsObjects ? chunkReads(Math.max(partitions, batches), lines * originBytes) : noTraffic,
    chunkReads(isHashed ? shardChunks * spread : shardChunks, lineBytes),
    pieceFilesOf(1 - input.heldoutFraction, tokenPieces.train),
    pieceFilesOf(input.heldoutFraction, tokenPieces.heldout),
    // All of them are counted.
    reads(pieces + 1),
    put(planBytes),
  );
}
