import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { ArtifactRef, FileDigest, FinishMixInput, MixResult } from '../../core/contracts.js';
import type { WorkContext } from '../../core/progress.js';
import { artifactKey, type Artifact, type ArtifactStore } from '../artifacts/store.js';
import { checkRoom } from '../hub/on-disk.js';
import { inParallel } from '../convert/in-parallel.js';
import { rejectsName } from '../convert/run-format.js';
import { segmentTableName } from '../convert/segment-table.js';
import { mixVersion } from '../convert/versions.js';
import type { AssembleSide } from './assemble-mix.js';
import { manifestText } from './manifest.js';
import type { LinesPart } from './join-parts.js';
import { bucketName, plannedBuckets, type PlannedBucket } from './mix-buckets.js';
import type { MixDeps } from './mix-deps.js';
import { planEntriesName, type Side } from './mix-entry.js';
import { readMixPlan, type MixPlanFile } from './mix-plan.js';
import { readyCopy, readyFile, type ReadyFile } from './ready-file.js';

const FileFacts = z.object({ lines: z.int(), bytes: z.int(), sha256: z.string() });

const Part = z.object({
  /** Key of the `bucket` artifact. */
  bucket: z.string(),
  bytes: z.int(),
});

/**
 * `meta` of a `mix` artifact. Its files: mix-manifest.json, rejects.jsonl, and what `provenance` says about lines. The
 * lines themselves stay in the buckets: see `mixedLines`.
 */
export const MixMeta = z.object({
  train: FileFacts,
  heldout: FileFacts,
  /** The buckets that the lines are in, in order. */
  parts: z.object({ train: z.array(Part), heldout: z.array(Part) }),
  /** Names, in recipe order: what `*.sources.bin` numbers. */
  sources: z.array(z.string()),
  /** Key of the `mix-plan` artifact. */
  plan: z.string(),
});
export type MixMeta = z.infer<typeof MixMeta>;

/** The manifest's name in the store, where `manifest.json` is the artifact's own. */
const manifestName = 'mix-manifest.json';

/**
 * Writes the results to `out`, the manifest last: where it stands, the others are complete. The lines are put together
 * there while they are hashed for the manifest.
 *
 * @throws {HeadraceError} ArtifactMissingError, ArtifactCorruptError, DiskFullError.
 */
export async function finishMix(deps: MixDeps, input: FinishMixInput, work: WorkContext): Promise<MixResult> {
  const ref: ArtifactRef = {
    kind: 'mix',
    key: artifactKey('mix', mixVersion, { plan: input.plan.key, linesIn: 'buckets' }),
  };
  const plan = await readMixPlan(deps.store, input.plan);
  const buckets = plannedBuckets(input.plan, plan);
  const partsOf = (side: Side): Promise<LinesPart[]> =>
    linesIn(deps.store, buckets.filter((planned) => planned.side === side).map(partOf));
  const parts = { train: await partsOf('train'), heldout: await partsOf('heldout') };
  const bytes = [...parts.train, ...parts.heldout].reduce((sum, part) => sum + part.bytes, 0);
  await mkdir(input.out, { recursive: true });
  await checkRoom({ root: input.out }, 'Writing the mix', bytes);
  const out = (name: string): string => join(input.out, name);
  const ready: Partial<Record<Side, ReadyFile>> = {};
  const joined = (side: Side) => async (signal: AbortSignal) => {
    ready[side] = await readyFile(out(`${side}.jsonl`), async (aside) => {
      await deps.pool.run('joinParts', { parts: parts[side], out: aside }, { signal });
    });
  };
  let mix = await deps.store.find(ref);
  const make = async (signal: AbortSignal): Promise<void> => {
    mix ??= await deps.store.put(ref, (dir) =>
      assemble(deps, input.plan, plan, parts, dir, { ...work, signal }),
    );
  };
  const others: ReadyFile[] = [];
  try {
    await inParallel([make, joined('train'), joined('heldout')], 3, work.signal, (task, signal) =>
      task(signal),
    );
    if (mix === undefined) throw new Error('The mix was not made');
    others.push(await readyCopy(mix.path('rejects.jsonl'), out('rejects.jsonl')));
    others.push(await readyCopy(mix.path(manifestName), out('manifest.json')));
    for (const file of [ready.train, ready.heldout, ...others]) await file?.show();
  } finally {
    for (const file of [ready.train, ready.heldout, ...others]) await file?.drop();
  }
  const { train, heldout } = MixMeta.parse(mix.meta);
  const at = (side: Side, facts: z.infer<typeof FileFacts>): FileDigest => ({
    path: out(`${side}.jsonl`),
    ...facts,
  });
  return {
    mix: ref,
    train: at('train', train),
    heldout: at('heldout', heldout),
    manifestPath: out('manifest.json'),
    composition: plan.composition,
  };
}

async function assemble(
  deps: MixDeps,
  planRef: ArtifactRef,
  plan: MixPlanFile,
  parts: Readonly<Record<Side, readonly LinesPart[]>>,
  dir: string,
  work: WorkContext,
): Promise<MixMeta> {
  const planArtifact = await deps.store.get(planRef);
  const side = (name: Side): AssembleSide => ({
    entriesPath: planArtifact.path(planEntriesName(name)),
    lines: plan.buckets[name].reduce((sum, { from, to }) => sum + to - from, 0),
    parts: parts[name],
  });
  const summaries = await Promise.all(
    plan.sources.map(({ summary }): Promise<Artifact> => deps.store.get({ kind: 'summary', key: summary })),
  );
  const total = [...parts.train, ...parts.heldout].reduce((sum, { bytes }) => sum + bytes, 0);
  const files = await deps.pool.run(
    'assembleMix',
    {
      sides: { train: side('train'), heldout: side('heldout') },
      sources: summaries.map((summary) => ({
        segmentTablePath: summary.path(segmentTableName),
        rejectsPath: summary.path(rejectsName),
      })),
      dir,
    },
    {
      signal: work.signal,
      onProgress: (done) => work.progress({ stage: 'mix', label: 'train.jsonl', done, total, unit: 'bytes' }),
    },
  );
  await writeFile(join(dir, manifestName), await manifestText(deps.store, plan, files));
  const buckets = plannedBuckets(planRef, plan);
  return {
    ...files,
    parts: {
      train: buckets.filter(({ side }) => side === 'train').map(partOf),
      heldout: buckets.filter(({ side }) => side === 'heldout').map(partOf),
    },
    sources: plan.sources.map(({ name }) => name),
    plan: planRef.key,
  };
}

function partOf({ ref, bucket }: PlannedBucket): z.infer<typeof Part> {
  return { bucket: ref.key, bytes: bucket.bytes };
}

/**
 * The lines of a mix as the store has them: one behind the other these files are train.jsonl or heldout.jsonl. The one in
 * `out` belongs to the user.
 *
 * @throws {HeadraceError} ArtifactMissingError.
 */
export function mixedLines(store: ArtifactStore, mix: Artifact, side: Side): Promise<LinesPart[]> {
  return linesIn(store, MixMeta.parse(mix.meta).parts[side]);
}

function linesIn(store: ArtifactStore, parts: readonly z.infer<typeof Part>[]): Promise<LinesPart[]> {
  return Promise.all(
    parts.map(async ({ bucket, bytes }) => {
      const artifact = await store.get({ kind: 'bucket', key: bucket });
      return { path: artifact.path(bucketName), bytes };
    }),
  );
}
