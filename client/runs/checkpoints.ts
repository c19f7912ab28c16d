import type { Env } from '../../core/env.js';
import { HeadraceError } from '../../core/errors.js';
import { CheckpointLine } from '../../core/training/checkpoint-line.js';
import { jsonLinesIn } from '../../files/json-lines.js';
import { outputsOf } from './outputs-of.js';

/**
 * The checkpoints of a run from its results in `out`, the oldest first; empty where there are none yet.
 *
 * @param env - names the store.
 */
export async function readCheckpoints(out: string, env: Env = process.env): Promise<CheckpointLine[]> {
  const records: CheckpointLine[] = [];
  const outputs = await outputsOf(out, env);
  const name = 'checkpoints.jsonl';
  const lines = jsonLinesIn(outputs.blocks(name), outputs.placeOf(name), CheckpointLine);
  for await (const { value } of lines) records.push(value);
  return records;
}

/**
 * The checkpoint of that label, or the newest. @throws {HeadraceError} UsageError that lists the labels of
 * the run `name`.
 */
export function checkpointLabelled(
  checkpoints: readonly CheckpointLine[],
  label: string | undefined,
  name: string,
): CheckpointLine {
  const wanted = label === undefined ? checkpoints.at(-1) : checkpoints.find((each) => each.label === label);
  if (wanted !== undefined) return wanted;
  if (label === undefined || checkpoints.length === 0)
    throw new HeadraceError('UsageError', `The run ${name} has no checkpoints yet`, {
      remedy: `\`npx headrace watch ${name}\` shows its progress.`,
    });
  throw new HeadraceError('UsageError', `The run ${name} has no checkpoint ${label}`, {
    remedy: `It has ${checkpoints.map((each) => each.label).join(', ')}.`,
  });
}
