import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ArtifactRef } from '../../core/contracts/artifact.js';
import {
  sides,
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
import { sliceTableName } from '../convert/output/slice-table.js';
import { rejectsName } from '../convert/output/rejects.js';
import { together } from '../threads/in-parallel.js';
import { manifestName, MixMeta } from './format/mix-artifact.js';
import { mixCodeVersion, readMixPlan, type MixPlanFile } from './format/mix-plan.js';
import { bringLines, bytesOf, entriesOf, mixedLines, type MixedLines } from './lines/mixed-lines.js';
import type { MixDeps } from './mix-deps.js';
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
  const { out } = input;
  const planKey = input.plan.key;
  const ref: ArtifactRef = { kind: 'mix', key: artifactKey('mix', mixCodeVersion, { plan: planKey }) };
  const plan = await readMixPlan(deps.store, input.plan);
  const lines = await mixedLines(deps.store, input.plan);
  await mkdir(out, { recursive: true });
  await checkRoom(out, 'Writing the mix', bytesOf(lines.train) + bytesOf(lines.heldout));
  const pending = new PendingFiles(out);
  try {
    const mix = await mixArtifact({ deps, plan, planKey, lines, pending, work }, ref);
    await deps.store.bring(
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
      composition: plan.composition,
    };
  } finally {
    await pending.discard();
  }
}

const fileName = (side: Side): string => `${side}.jsonl`;

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
  const { deps, plan, planKey, work } = writing;
  const [files] = await together(
    work.signal,
    (signal) => writeSides(writing, signal),
    (signal) => writeOrigins(writing, dir, signal),
  );
  await writeFile(join(dir, manifestName), await manifestText(deps.store, plan, files));
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
    bringLines(deps.store, lines[side], (places) =>
      writeLines(deps, places, lines[side].buckets, aside, { signal, onProgress }),
    ),
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

/** Writes rejects.jsonl and the provenance of every line. */
async function writeOrigins({ deps, plan, lines }: Writing, dir: string, signal: AbortSignal): Promise<void> {
  const summaries = await Promise.all(
    plan.sources.map(({ summary }) => deps.store.get({ kind: 'summary', key: summary })),
  );
  const wanted = [
    entriesOf(lines.train),
    entriesOf(lines.heldout),
    ...summaries.map((artifact) => ({ artifact, file: sliceTableName })),
    ...summaries.map((artifact) => ({ artifact, file: rejectsName })),
  ];
  await deps.store.bring(wanted, async ([train = '', heldout = '', ...paths]) => {
    const sources = summaries.map((_, at) => ({
      sliceTablePath: paths[at] ?? '',
      rejectsPath: paths[summaries.length + at] ?? '',
    }));
    await deps.jobs.run('writeOrigins', { entriesPaths: { train, heldout }, sources, dir }, { signal });
  });
}
