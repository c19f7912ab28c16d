import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { ArtifactStore } from '../../activities/artifacts/store.js';
import { openOutputs } from '../../activities/outputs/outputs.js';
import type { Outputs } from '../../activities/outputs/outputs.js';
import { lineageOf } from '../../activities/train/records/records.js';
import type { Stage1Result } from '../../core/run/run.js';
import { parseCheckpointPath } from '../../tinker/index.js';
import { sha256 } from './sha256.js';

/** Everything that must not depend on what happened while the run was under way. */
export interface Outcome {
  readonly train: string;
  readonly heldout: string;
  readonly rejects: string;
  readonly manifest: string;
  /** One line a step, with its loss: every step once, and no other. */
  readonly metrics: string;
  /**
   * The steps that lie between the base model and the final checkpoint, segment by segment as they were
   * recorded.
   */
  readonly lineage: string;
  /** SHA-256 of the final state: fp32 weights, Adam's moments and its count of steps. */
  readonly state: string;
  readonly samplerWeights: string;
  readonly heldoutNll: string;
  readonly answers: string;
}

/**
 * @throws {Error} where the steps of the final checkpoint's lineage are not 0, 1, 2 … to the last, each once.
 */
export async function outcomeOf(
  result: Stage1Result,
  store: ArtifactStore,
  tinkerState: string,
): Promise<Outcome> {
  const { trained } = result;
  if (trained === null) throw new Error('the run has trained nothing');
  const outputs = openOutputs(store, result.out);
  const lineage = await stepsOf(store, trained.final.record.key);
  const expected = Array.from({ length: trained.totalSteps }, (_, step) => step).join(' ');
  if (lineage !== expected) throw new Error(`the final checkpoint was trained with the steps ${lineage}`);
  return {
    train: await digestOf(outputs, 'train.jsonl'),
    heldout: await digestOf(outputs, 'heldout.jsonl'),
    rejects: await digestOf(outputs, 'rejects.jsonl'),
    manifest: await digestOf(outputs, 'manifest.json'),
    metrics: (await outputs.read('metrics.jsonl')) ?? '',
    lineage,
    state: await savedBytes(tinkerState, trained.final.statePath),
    samplerWeights: await savedBytes(tinkerState, trained.final.samplerPath),
    heldoutNll: JSON.stringify(trained.trained?.heldoutNllBySource),
    answers: JSON.stringify(trained.trained?.answers),
  };
}

/** Names of the parts that differ. */
export function differences(a: Outcome, b: Outcome): string[] {
  return (Object.keys(a) as (keyof Outcome)[]).filter((key) => a[key] !== b[key]);
}

/** The steps of the segments from the first record to `key`. */
async function stepsOf(store: ArtifactStore, key: string): Promise<string> {
  const records = await lineageOf(store, key);
  return records
    .flatMap(({ from, nextStep }) => Array.from({ length: nextStep - from }, (_, step) => from + step))
    .join(' ');
}

/** SHA-256 of a result. */
async function digestOf(outputs: Outputs, name: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const block of outputs.blocks(name)) hash.update(block);
  return hash.digest('hex');
}

const Saved = z.object({ name: z.string(), dataFile: z.string() });

/** SHA-256 of what the local Tinker server keeps under a `tinker://` path. */
async function savedBytes(tinkerState: string, path: string): Promise<string> {
  const { runId, kind, name } = parseCheckpointPath(path);
  const folder = join(tinkerState, 'runs', runId.replaceAll(':', '.'), kind);
  for (const file of await readdir(folder)) {
    if (!file.endsWith('.json')) continue;
    const saved = Saved.parse(JSON.parse(await readFile(join(folder, file), 'utf8')));
    if (saved.name === name) return await sha256(join(folder, saved.dataFile));
  }
  throw new Error(`The Tinker server has nothing under ${path}`);
}
