import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { PendingActivity } from '../../client/runs/pending-activities.js';
import type { HeldoutLoss } from '../../core/contracts/evaluation.js';
import type { Stage1Result } from '../../core/run/run.js';
import { recipeFrom } from '../support/recipes.js';
import { resultOf, startRecipe, untilPending } from '../support/runs.js';
import { sha256 } from '../support/sha256.js';
import { startWorker, useServers } from '../support/servers.js';
import { writeConversations } from '../support/conversations.js';
import { postFaults, clearFaults } from '../support/faults.js';

/**
 * One recipe, large enough that every stage can be hit, is run undisturbed once and then again on fresh
 * stores, with something killed by SIGKILL in each stage. Everything that it leaves must be the same bytes.
 */
const hubRows = 60_000;
const localRows = 120_000;

const servers = useServers({
  hubRoot: async (folder) => {
    await writeConversations(
      join(folder, 'hub/datasets/owner/large/data/train-00000-of-00001.jsonl'),
      hubRows,
      1,
    );
    await writeConversations(join(folder, 'local/chats.jsonl'), localRows, 2);
    return join(folder, 'hub');
  },
});

interface Left {
  readonly train: string;
  readonly heldout: string;
  readonly manifest: string;
  readonly rejects: string;
  readonly metrics: string;
  readonly heldoutNll: HeldoutLoss | null | undefined;
  readonly answers: unknown;
}

function yaml(name: string): string {
  return `
name: ${name}
seed: 3
out: out-${name}
sources:
  - { name: hub, dataset: owner/large, rows: 2500 }
  - { name: local, files: local/chats.jsonl, rows: 2500 }
heldout: { fraction: 0.01, rows: 10 }
train:
  base_model: headrace/tiny-qwen3
  label: kill
  lora: { rank: 4, seed: 2 }
  batch_size: 8
  max_tokens: 64
  learning_rate: 5.0e-3
  max_steps: 36
  checkpoint_every: 12
`;
}

async function left(result: Stage1Result): Promise<Left> {
  return {
    train: await sha256(join(result.out, 'train.jsonl')),
    heldout: await sha256(join(result.out, 'heldout.jsonl')),
    manifest: await readFile(join(result.out, 'manifest.json'), 'utf8'),
    rejects: await readFile(join(result.out, 'rejects.jsonl'), 'utf8'),
    metrics: await readFile(join(result.out, 'metrics.jsonl'), 'utf8'),
    heldoutNll: result.trained?.trained?.heldoutNll,
    answers: result.trained?.trained?.answers,
  };
}

/** Runs the recipe on a fresh store; `disturb` kills what it likes while it runs. */
async function run(
  name: string,
  disturb: (store: string, worker: { current: Awaited<ReturnType<typeof startWorker>> }) => Promise<void>,
): Promise<Left> {
  const store = join(servers().folder, `store-${name}`);
  const worker = { current: await startWorker(servers(), store) };
  try {
    await startRecipe(servers(), store, recipeFrom(yaml(name), servers().folder));
    await disturb(store, worker);
    return await left(await resultOf(servers(), name));
  } finally {
    await worker.current.close();
  }
}

let first: Promise<Left> | undefined;
/** What the undisturbed run left; it runs once, when the first test asks. */
async function undisturbed(): Promise<Left> {
  first ??= run('undisturbed', async () => undefined);
  return await first;
}

/**
 * True for a segment that is under way after another one was: heartbeats are too far apart to tell how far a
 * short one is, but each has an id of its own.
 */
function secondSegment(): (activity: PendingActivity) => boolean {
  let firstId: string | undefined;
  return (activity) => {
    if (activity.type !== 'trainSegment' || !activity.started) return false;
    firstId ??= activity.id;
    return activity.id !== firstId;
  };
}

const points: [string, (activity: PendingActivity) => boolean][] = [
  ['download', (activity) => activity.type === 'downloadFiles' && (activity.progress?.done ?? 0) > 0],
  ['convert', (activity) => activity.type === 'convertPieces' && activity.started],
  ['mix', (activity) => (activity.type === 'planMix' || activity.type === 'finishMix') && activity.started],
  ['tokenise', (activity) => activity.type === 'tokenisePieces' && activity.started],
  ['train', secondSegment()],
  ['evaluate', (activity) => activity.type === 'evaluate' && activity.started],
];

for (const [stage, hit] of points)
  void test(`kill -9 of the worker in ${stage} leaves the same bytes and losses as an undisturbed run`, async () => {
    const before = await undisturbed();
    // A slow download lasts long enough to be hit.
    if (stage === 'download')
      await postFaults(servers().hubUrl(), { kind: 'rate', path: 'train-00000', bytesPerSecond: 250_000 });
    const after = await run(`kill-${stage}`, async (store, worker) => {
      await untilPending(servers(), `kill-${stage}`, hit);
      await worker.current.kill();
      if (stage === 'download') await clearFaults(servers().hubUrl());
      worker.current = await startWorker(servers(), store);
    });
    assert.deepEqual(after, before);
  });

void test('kill -9 of the Temporal server while training changes nothing', async () => {
  const before = await undisturbed();
  const after = await run('kill-temporal', async () => {
    await untilPending(
      servers(),
      'kill-temporal',
      (activity) => activity.type === 'trainSegment' && activity.started,
    );
    await servers().crash('temporal');
  });
  assert.deepEqual(after, before);
});

for (const [doing, hit] of [
  ['training', secondSegment()],
  ['evaluating', (activity: PendingActivity) => activity.type === 'evaluate' && activity.started],
] as const)
  void test(`kill -9 of the Tinker server while ${doing} changes nothing`, async () => {
    const before = await undisturbed();
    const after = await run(`kill-tinker-${doing}`, async () => {
      await untilPending(servers(), `kill-tinker-${doing}`, hit);
      await servers().crash('tinker');
    });
    assert.deepEqual(after, before);
  });
