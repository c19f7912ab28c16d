import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packagePath } from '../../files/package-path.js';
import { headrace } from './command.js';
import { environmentOf, startWorker } from './servers.js';
import type { Servers } from './servers.js';
import { sha256 } from './sha256.js';

const recipe = packagePath('recipes/demo.yaml');

/**
 * The demo's sources, which are files of the Hub and local ones, lines and parquet, dialogues whose rows are
 * scattered, rejected rows and shares; and a training of twelve steps in three segments.
 */
const settings = [
  'train.label=proof',
  'train.max_steps=12',
  'train.checkpoint_every=4',
  'train.max_tokens=128',
  'train.lora.rank=4',
  'heldout.rows=6',
];

/** What a whole run leaves. Nothing of it depends on where the run worked, or on what happened meanwhile. */
export interface Left {
  readonly train: string;
  readonly heldout: string;
  readonly rejects: string;
  readonly manifest: string;
  readonly lock: string;
  /** One line a step, with its loss. */
  readonly metrics: string;
  /** The held-out loss and the answers of each checkpoint. */
  readonly samples: string;
}

/** Arguments of `headrace` that start the run `name`, whose results are in the folder `out` in the end. */
export function startArguments(name: string, out: string): string[] {
  return ['start', recipe, ...[`name=${name}`, `out=${out}`, ...settings].flatMap((each) => ['--set', each])];
}

/** Runs it to its end. */
export async function runToItsEnd(name: string, out: string, env: Record<string, string>): Promise<Left> {
  const { code, stdout, stderr } = await headrace([...startArguments(name, out), '--wait'], env);
  assert.equal(code, 0, `${stdout}\n${stderr}`);
  return await leftIn(out);
}

/** Runs it undisturbed on a store in a folder. */
export async function runOnDisk(servers: Servers): Promise<Left> {
  const store = join(servers.folder, 'store-on-disk');
  const worker = await startWorker(servers, store);
  try {
    return await runToItsEnd('on-disk', join(servers.folder, 'on-disk'), environmentOf(servers, store));
  } finally {
    await worker.close();
  }
}

/** Starts it, without waiting. */
export async function start(name: string, out: string, env: Record<string, string>): Promise<void> {
  const { code, stdout, stderr } = await headrace(startArguments(name, out), env);
  assert.equal(code, 0, `${stdout}\n${stderr}`);
}

/** Brings the results of a run that has ended from the store in a bucket. */
export async function bring(name: string, env: Record<string, string>): Promise<void> {
  const { code, stdout, stderr } = await headrace(['get', name], env);
  assert.equal(code, 0, `${stdout}\n${stderr}`);
}

/** @param out - the folder with the results. */
export async function leftIn(out: string): Promise<Left> {
  const text = (name: string): Promise<string> => readFile(join(out, name), 'utf8');
  return {
    train: await sha256(join(out, 'train.jsonl')),
    heldout: await sha256(join(out, 'heldout.jsonl')),
    rejects: await sha256(join(out, 'rejects.jsonl')),
    manifest: await sha256(join(out, 'manifest.json')),
    lock: await sha256(join(out, 'recipe.lock.json')),
    metrics: await text('metrics.jsonl'),
    samples: await text('samples.jsonl'),
  };
}
