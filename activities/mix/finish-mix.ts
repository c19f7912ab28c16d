import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ArtifactRef } from '../../core/contracts/artifact.js';
import {
  sides,
  type Composition,
  type FileDigest,
  type FinishMixInput,
  type MixFile,
  type MixResult,
  type Side,
} from '../../core/contracts/mix.js';
import { HeadraceError } from '../../core/errors.js';
import type { WorkContext } from '../../core/progress.js';
import { checkRoom } from '../../files/room.js';
import { artifactKey, type Artifact } from '../artifacts/store.js';
import { rejectsName } from '../convert/output/rejects.js';
import { together } from '../threads/in-parallel.js';
import { accountOf } from './account.js';
import { headSourcesName, manifestName, MixMeta } from './format/mix-artifact.js';
import { readMixDecision } from './format/mix-decision.js';
import { entriesName, MixPartMeta, originsName, partsName, type MixParts } from './format/mix-part.js';
import { mixCodeVersion, mixPartRef, readMixPlan, type MixPlanFile } from './format/mix-plan.js';
import { bytesOf, linesOfRuns, type MixedLines } from './lines/mixed-lines.js';
import type { MixDeps } from './mix-deps.js';
import { headSources } from './write/head-sources.js';
import { manifestText } from './write/manifest.js';
import { PendingFiles } from './write/pending-files.js';
import { writeLines } from './write/write-lines.js';

type PerSide<Value> = Readonly<Record<Side, Value>>;

/** One call of {@link finishMix}. */
interface Writing {
  readonly deps: MixDeps;
  readonly plan: MixPlanFile;
  /** Key of the plan. */
  readonly planKey: string;
  readonly parts: readonly Artifact[];
  readonly composition: Composition;
  readonly lines: PerSide<MixedLines>;
  readonly pending: PendingFiles;
  readonly work: WorkContext;
}

/**
 * Writes the results to `out`. The manifest is the last: where it exists, the others are complete. Safe to
 * repeat: the lines are written again and must have the same SHA-256.
 *
 * @throws {HeadraceError} ArtifactMissingError, ArtifactCorruptError, DiskFullError.
 */
export async function finishMix(deps: MixDeps, input: FinishMixInput, work: WorkContext): Promise<MixResult> {
  const { store } = deps;
  const { out } = input;
  const planKey = input.plan.key;
  const ref: ArtifactRef = { kind: 'mix', key: artifactKey('mix', mixCodeVersion, { plan: planKey }) };
  const plan = await readMixPlan(store, input.plan);
  const partRefs = Array.from({ length: plan.partitions }, (_, partition) => mixPartRef(planKey, partition));
  const parts = await Promise.all(partRefs.map(async (part) => await store.get(part)));
  const metas = parts.map(({ meta }) => MixPartMeta.parse(meta));
  const composition = await accountOf(store, plan, await readMixDecision(store, planKey), metas);
  const runs = await linesOfRuns(store, planKey, plan);
  const entries = parts.map((artifact) => ({ artifact, file: entriesName }));
  return await store.bring([...runs, ...entries], async (paths) => {
    const lines = linesOfParts(paths, runs.length, metas);
    await mkdir(out, { recursive: true });
    await checkRoom(out, 'Writing the mix', bytesOf(lines.train) + bytesOf(lines.heldout));
    const pending = new PendingFiles(out);
    try {
      const mix = await mixArtifact({ deps, plan, planKey, parts, composition, lines, pending, work }, ref);
      await store.bring(
        [
          { artifact: mix, file: rejectsName },
          { artifact: mix, file: manifestName },
        ],
        async ([rejects = '', manifest = '']) => {
          await pending.addCopy(rejects, rejectsName);
          await pending.addCopy(manifest, 'manifest.json');
        },
      );
      await pending.publish();
      const { train, heldout } = MixMeta.parse(mix.meta);
      const fileOf = (side: Side, digest: FileDigest): MixFile => ({
        path: join(out, fileName(side)),
        ...digest,
      });
      return {
        mix: ref,
        train: fileOf('train', train),
        heldout: fileOf('heldout', heldout),
        manifestPath: join(out, 'manifest.json'),
        composition,
      };
    } finally {
      await pending.discard();
    }
  });
}

const fileName = (side: Side): string => `${side}.jsonl`;

/** @param paths - the lines of so many runs, then the entries of all parts. */
function linesOfParts(
  paths: readonly string[],
  runs: number,
  parts: readonly MixPartMeta[],
): PerSide<MixedLines> {
  const linesPaths = paths.slice(0, runs);
  const linesOf = (side: Side): MixedLines => ({
    linesPaths,
    buckets: parts.flatMap((part, at) =>
      part.sides[side].buckets.map((bucket) => ({ ...bucket, entriesPath: paths[runs + at] ?? '' })),
    ),
  });
  return { train: linesOf('train'), heldout: linesOf('heldout') };
}

/** Writes both files of lines, and the `mix` artifact where the store does not have it. */
async function mixArtifact(writing: Writing, ref: ArtifactRef): Promise<Artifact> {
  const { deps, work } = writing;
  const before = await deps.store.find(ref);
  if (before === undefined) return await deps.store.put(ref, async (dir) => await writeMix(writing, dir));
  const now = await writeSides(writing, work.signal);
  checkSame(before, now);
  return before;
}

async function writeMix(writing: Writing, dir: string): Promise<MixMeta> {
  const { deps, plan, planKey, parts, composition, work } = writing;
  const [files] = await together(
    work.signal,
    (signal) => writeSides(writing, signal),
    (signal) => writeRejects(writing, join(dir, rejectsName), signal),
  );
  const listed: MixParts = parts.map(({ ref: { key }, meta }) => ({ key, sides: MixPartMeta.parse(meta).sides }));
  await writeFile(join(dir, partsName), JSON.stringify(listed));
  const origins = parts.map((artifact) => ({ artifact, file: originsName }));
  await writeFile(join(dir, headSourcesName), await headSources(deps.store, origins, listed));
  await writeFile(join(dir, manifestName), await manifestText(deps.store, plan, composition, files));
  return { ...files, sources: plan.sources.map(({ name }) => name), plan: planKey };
}

async function writeSides(writing: Writing, signal: AbortSignal): Promise<PerSide<FileDigest>> {
  const train = await writeSide(writing, 'train', 0, signal);
  const heldout = await writeSide(writing, 'heldout', bytesOf(writing.lines.train), signal);
  return { train, heldout };
}

/** @param bytesBefore - bytes that were written before this side. */
async function writeSide(
  { deps, lines, pending, work }: Writing,
  side: Side,
  bytesBefore: number,
  signal: AbortSignal,
): Promise<FileDigest> {
  const total = bytesOf(lines.train) + bytesOf(lines.heldout);
  const onProgress = (bytes: number): void =>
    work.progress({ stage: 'mix', label: 'mix', done: bytesBefore + bytes, total, unit: 'bytes' });
  return await pending.add(fileName(side), (aside) =>
    writeLines(deps, lines[side], aside, { signal, onProgress }),
  );
}

/**
 * @throws {HeadraceError} ArtifactCorruptError where an earlier result of the same mix has another SHA-256.
 */
function checkSame({ ref, meta }: Artifact, now: PerSide<FileDigest>): void {
  const before = MixMeta.parse(meta);
  for (const side of sides)
    if (before[side].sha256 !== now[side].sha256)
      throw new HeadraceError(
        'ArtifactCorruptError',
        `${fileName(side)} has SHA-256 ${now[side].sha256}, but the mix ${ref.key} has recorded ${before[side].sha256}`,
      );
}

async function writeRejects({ deps, plan }: Writing, out: string, signal: AbortSignal): Promise<void> {
  const { store, jobs } = deps;
  const summaries = await Promise.all(
    plan.sources.map(async ({ summary }) => await store.get({ kind: 'summary', key: summary })),
  );
  const lists = summaries.map((artifact) => ({ artifact, file: rejectsName }));
  await store.bring(lists, async (paths) => await jobs.run('joinRejects', { paths, out }, { signal }));
}
