import type { Composition, FileDigest, MixShard, Side } from '../../../core/contracts/mix.js';
import type { ResultFile } from '../../../core/mix/result-files.js';
import type { WorkContext } from '../../../core/progress.js';
import type { MixPlanFile } from '../format/mix-plan.js';
import type { WrittenPart } from '../format/written-parts.js';
import type { MixDeps } from '../mix-deps.js';

type PerSide<Value> = Readonly<Record<Side, Value>>;

/** A mix of which all partitions are written, and what is made of it. */
export interface Mixed {
  readonly deps: MixDeps;
  readonly plan: MixPlanFile;
  readonly planKey: string;
  readonly parts: readonly WrittenPart[];
  readonly composition: Composition;
  readonly files: PerSide<readonly ResultFile[]>;
  /** Whether train.jsonl is written as shards, of which there may be one. */
  readonly hasShards: boolean;
  readonly work: WorkContext;
}

/** What identifies the results. */
export interface MixDigests extends PerSide<FileDigest> {
  /** Of train.jsonl, where it is written as shards. */
  readonly shards?: readonly MixShard[];
}

/** Lines and bytes of some parts of one side. */
export function sizeOf(parts: readonly WrittenPart[], side: Side): Pick<FileDigest, 'lines' | 'bytes'> {
  return {
    lines: parts.reduce((sum, { meta }) => sum + meta.sides[side].lines, 0),
    bytes: parts.reduce((sum, { meta }) => sum + meta.sides[side].bytes, 0),
  };
}
