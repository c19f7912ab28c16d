import { readFile } from 'node:fs/promises';
import pLimit from 'p-limit';
import type { Artifact, ArtifactStore } from '../../artifacts/store.js';
import { ScatterMeta } from '../output/piece-meta.js';
import type { ConversionPlanFile } from '../plan/conversion-plan.js';
import { offsetsName, rangeOfPartition, rowsName, type ScatteredStretch } from './scattered-rows.js';

/** A scatter artifact, and where its partitions are. */
export interface Scatter {
  readonly artifact: Artifact;
  /** The content of its files of offsets. */
  readonly offsets: readonly Buffer[];
  /** The plan's number of the scattered piece's first slice. */
  readonly firstSlice: number;
}

/** Scatter artifacts read at a time. */
const atOnce = 16;

/** The scatter artifacts of a plan, in its order. */
export async function findScatters(
  store: ArtifactStore,
  plan: ConversionPlanFile,
): Promise<readonly Scatter[]> {
  const limit = pLimit(atOnce);
  const find = async (piece: ConversionPlanFile['pieces'][number]): Promise<Scatter> => {
    const artifact = await store.get(piece.ref);
    const files = Array.from({ length: ScatterMeta.parse(artifact.meta).files }, (_, file) => file);
    const offsets = await store.bring(
      files.map((file) => ({ artifact, file: offsetsName(file) })),
      (paths) => Promise.all(paths.map((path) => readFile(path))),
    );
    return { artifact, offsets, firstSlice: piece.firstSlice };
  };
  return await Promise.all(plan.pieces.map((piece) => limit(find, piece)));
}

/** Makes the rows of a partition local and calls `use` with their places. They stay until it has ended. */
export async function bringPartition<Result>(
  store: ArtifactStore,
  scatters: readonly Scatter[],
  partition: number,
  use: (scattered: readonly ScatteredStretch[]) => Promise<Result>,
  signal: AbortSignal,
): Promise<Result> {
  const stretches = scatters.flatMap(({ artifact, offsets, firstSlice }) =>
    offsets.map((each, file) => ({
      artifact,
      file: rowsName(file),
      range: rangeOfPartition(each, partition),
      firstSlice,
    })),
  );
  const filled = stretches.filter(({ range }) => range.from < range.to);
  const wanted = filled.map(({ artifact, file, range }) => ({ artifact, file, ranges: [range] }));
  return await store.bring(
    wanted,
    (paths) =>
      use(filled.map(({ range, firstSlice }, at) => ({ path: paths[at] ?? '', ...range, firstSlice }))),
    signal,
  );
}
