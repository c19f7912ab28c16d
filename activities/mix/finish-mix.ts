import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { ArtifactRef } from '../../core/contracts/artifact.js';
import type { FileDigest, FinishMixInput, MixFile, MixResult, Side } from '../../core/contracts/mix.js';
import { HeadraceError } from '../../core/errors.js';
import type { WorkContext } from '../../core/progress.js';
import { artifactKey, type Artifact } from '../artifacts/store.js';
import { checkRoom } from '../../files/room.js';
import { inParallel } from '../threads/in-parallel.js';
import { rejectsName } from '../convert/output/rejects.js';
import { sliceTableName } from '../convert/output/slice-table.js';
import { manifestText } from './write/manifest.js';
import type { MixDeps } from './mix-deps.js';
import { sides } from '../../core/contracts/mix.js';
import { mixCodeVersion, readMixPlan, type MixPlanFile } from './plan/mix-plan.js';
import { bytesOf, mixedLines, type MixedLines } from './write/mixed-lines.js';
import { readyCopy, readyFile, type ReadyFile } from './write/ready-file.js';
import { writeLines } from './write/write-lines.js';

const FileFacts = z.object({ lines: z.int(), bytes: z.int(), sha256: z.string() });

/**
 * `meta` of a `mix` artifact. Its files: mix-manifest.json, rejects.jsonl, and what `provenance` says about lines. The
 * lines themselves stay where they are: see `mixedLines`.
 */
export const MixMeta = z.object({
  train: FileFacts,
  heldout: FileFacts,
  /** Names, in recipe order: what `*.sources.bin` numbers. */
  sources: z.array(z.string()),
  /** Key of the `mix-plan` artifact. */
  plan: z.string(),
});
export type MixMeta = z.infer<typeof MixMeta>;

/** The manifest's name in the store, where `manifest.json` is the artifact's own. */
const manifestName = 'mix-manifest.json';

type Task = (signal: AbortSignal) => Promise<void>;

/**
 * Writes the results to `out`, the manifest last: where it stands, the others are complete.
 *
 * @throws {HeadraceError} ArtifactMissingError, ArtifactCorruptError, DiskFullError.
 */
export async function finishMix(deps: MixDeps, input: FinishMixInput, work: WorkContext): Promise<MixResult> {
  const ref: ArtifactRef = {
    kind: 'mix',
    key: artifactKey('mix', mixCodeVersion, { plan: input.plan.key }),
  };
  const plan = await readMixPlan(deps.store, input.plan);
  const lines = await mixedLines(deps.store, input.plan);
  const total = bytesOf(lines.train) + bytesOf(lines.heldout);
  await mkdir(input.out, { recursive: true });
  await checkRoom(input.out, 'Writing the mix', total);
  const out = (name: string): string => join(input.out, name);
  const ready: ReadyFile[] = [];
  /** Writes both files beside the place where they are to be, while `other` is done. */
  const written = async (other: Task): Promise<Readonly<Record<Side, FileDigest>>> => {
    const facts = new Map<Side, FileDigest>();
    const both: Task = async (signal) => {
      let before = 0;
      for (const side of sides) {
        const start = before;
        const onProgress = (done: number): void =>
          work.progress({ stage: 'mix', label: 'mix', done: start + done, total, unit: 'bytes' });
        const file = await readyFile(out(`${side}.jsonl`), async (aside) => {
          facts.set(side, await writeLines(deps, lines[side], aside, { signal, onProgress }));
        });
        ready.push(file);
        before += bytesOf(lines[side]);
      }
    };
    await inParallel([both, other], 2, work.signal, (task, signal) => task(signal));
    return { train: known(facts.get('train')), heldout: known(facts.get('heldout')) };
  };
  try {
    let mix = await deps.store.find(ref);
    if (mix === undefined)
      mix = await deps.store.put(ref, async (dir): Promise<MixMeta> => {
        const files = await written((signal) => writeOrigins(deps, plan, lines, dir, signal));
        await writeFile(join(dir, manifestName), await manifestText(deps.store, plan, files));
        return { ...files, sources: plan.sources.map(({ name }) => name), plan: input.plan.key };
      });
    else mustBe(mix, await written(() => Promise.resolve()));
    ready.push(await readyCopy(mix.path('rejects.jsonl'), out('rejects.jsonl')));
    ready.push(await readyCopy(mix.path(manifestName), out('manifest.json')));
    for (const file of ready) await file.show();
    const { train, heldout } = MixMeta.parse(mix.meta);
    const at = (side: Side, facts: FileDigest): MixFile => ({ path: out(`${side}.jsonl`), ...facts });
    return {
      mix: ref,
      train: at('train', train),
      heldout: at('heldout', heldout),
      manifestPath: out('manifest.json'),
      composition: plan.composition,
    };
  } finally {
    for (const file of ready) await file.drop();
  }
}

function known<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error('A file of the mix was not written');
  return value;
}

/** @throws {HeadraceError} ArtifactCorruptError where the same mix came out otherwise before. */
function mustBe({ dir, meta }: Artifact, now: Readonly<Record<Side, FileDigest>>): void {
  const before = MixMeta.parse(meta);
  for (const side of sides)
    if (before[side].sha256 !== now[side].sha256)
      throw new HeadraceError(
        'ArtifactCorruptError',
        `${side}.jsonl came out with SHA-256 ${now[side].sha256}, and ${dir} says that it is ${before[side].sha256}`,
      );
}

async function writeOrigins(
  deps: MixDeps,
  plan: MixPlanFile,
  lines: Readonly<Record<Side, MixedLines>>,
  dir: string,
  signal: AbortSignal,
): Promise<void> {
  const summaries = await Promise.all(
    plan.sources.map(({ summary }) => deps.store.get({ kind: 'summary', key: summary })),
  );
  const sources = summaries.map((summary) => ({
    sliceTablePath: summary.path(sliceTableName),
    rejectsPath: summary.path(rejectsName),
  }));
  const entriesPaths = { train: lines.train.entriesPath, heldout: lines.heldout.entriesPath };
  await deps.pool.run('writeOrigins', { entriesPaths, sources, dir }, { signal });
}
