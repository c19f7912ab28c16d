import type { Side } from '../contracts/mix.js';

/** A file of results, and the partitions `[from, to)` whose lines it has. */
export interface ResultFile {
  readonly name: string;
  readonly from: number;
  /** exclusive */
  readonly to: number;
}

/** The files of one side of a mix: one, or with `shards` so many of train.jsonl. They follow each other. */
export function resultFiles(
  side: Side,
  partitions: number,
  shards: number | undefined,
): readonly ResultFile[] {
  if (side === 'heldout' || shards === undefined) return [{ name: `${side}.jsonl`, from: 0, to: partitions }];
  const start = (shard: number): number => Math.floor((shard * partitions) / shards);
  return Array.from({ length: shards }, (_, shard) => ({
    name: `train-${fiveDigits(shard)}-of-${fiveDigits(shards)}.jsonl`,
    from: start(shard),
    to: start(shard + 1),
  }));
}

function fiveDigits(number: number): string {
  return String(number).padStart(5, '0');
}
