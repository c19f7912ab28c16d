import type { FinishMixInput, MixFile, MixResult, Side } from '../../core/contracts/mix.js';
import { defined } from '../../core/defined.js';
import { resultFiles } from '../../core/mix/result-files.js';
import { largestResultBytes } from '../../core/store/object-sizes.js';
import type { WorkContext } from '../../core/progress.js';
import { publishLock } from '../hub/resolve/publish-lock.js';
import { openOutputs } from '../outputs/outputs.js';
import { accountOf } from './account.js';
import { MixMeta } from './format/mix-artifact.js';
import { readMixDecision } from './format/mix-decision.js';
import { readMixPlan } from './format/mix-plan.js';
import { readWrittenParts } from './format/written-parts.js';
import type { MixDeps } from './mix-deps.js';
import { sizeOf, type Mixed } from './write/mixed.js';
import { toBucket } from './write/to-bucket.js';
import { toFolder } from './write/to-folder.js';

/**
 * Writes the results to `out`. The manifest is the last: where it exists, the others are complete. Safe to
 * repeat.
 *
 * @throws {HeadraceError} ArtifactMissingError, ArtifactCorruptError, DiskFullError.
 */
export async function finishMix(deps: MixDeps, input: FinishMixInput, work: WorkContext): Promise<MixResult> {
  const { store } = deps;
  const outputs = openOutputs(store, input.out);
  const mixed = await readMixed(deps, input, work);
  const mix =
    outputs.kind === 'folder' ? await toFolder(mixed, outputs.folder) : await toBucket(mixed, outputs);
  await publishLock(store, outputs, input.out);
  const { train, heldout, shards } = MixMeta.parse(mix.meta);
  const fileOf = (side: Side): string => outputs.placeOf(mixed.files[side][0]?.name ?? '');
  const trainFile: MixFile = { path: fileOf('train'), ...train, ...defined({ shards: shards?.length }) };
  return {
    mix: mix.ref,
    train: trainFile,
    heldout: { path: fileOf('heldout'), ...heldout },
    manifestPath: outputs.placeOf('manifest.json'),
    composition: mixed.composition,
  };
}

async function readMixed(deps: MixDeps, { plan: ref }: FinishMixInput, work: WorkContext): Promise<Mixed> {
  const { store } = deps;
  const plan = await readMixPlan(store, ref);
  const parts = await readWrittenParts(store, ref, plan);
  const metas = parts.map(({ meta }) => meta);
  const composition = await accountOf(store, plan, await readMixDecision(store, ref.key), metas);
  const isLarge = store.medium.kind === 'objects' && sizeOf(parts, 'train').bytes > largestResultBytes;
  const shards = plan.shards ?? (isLarge ? plan.partitions : undefined);
  const filesOf = (side: Side) => resultFiles(side, plan.partitions, shards);
  const files = { train: filesOf('train'), heldout: filesOf('heldout') };
  const hasShards = shards !== undefined;
  return { deps, plan, planKey: ref.key, parts, composition, files, hasShards, work };
}
