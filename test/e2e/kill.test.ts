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
import { writeAgentConversations } from '../support/agent-conversations.js';
import { writeConversations } from '../support/conversations.js';
import { postFaults, clearFaults } from '../support/faults.js';

/**
 * One recipe, large enough that every stage can be hit, and half of it conversations with reasoning, tools
 * and weights, each turn an example of its own, is run undisturbed once and then again on fresh stores, with
 * something killed by SIGKILL in each stage. Everything that it leaves must be the same bytes.
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
    await writeAgentConversations(join(folder, 'local/agents.jsonl'), localRows);
    return join(folder, 'hub');
  },
});

interface Left {
  readonly train: string;
  readonly heldout: string;
  readonly manifest: string;
  readonly rejects: string;
  /** Conversations and examples that are trained. */
  readonly trained: readonly [number, number];
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
  - { name: local, files: local/agents.jsonl, rows: 2500 }
heldout: { fraction: 0.01, rows: 10 }
train:
  base_model: headrace/tiny-qwen3
  renderer: qwen3
  examples: turn
  label: kill
  lora: { rank: 4, seed: 2 }
  batch_size: 8
  max_tokens: 128
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
    trained: [result.tokens?.trainedRows ?? 0, result.tokens?.trainedExamples ?? 0],
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
/** What the undisturbed run left; it runs once, in the first test that needs it. */
async function undisturbed(): Promise<Left> {
  first ??= run('undisturbed', async () => undefined);
  const [conversations, examples] = (await first).trained;
  assert.ok(examples > conversations && conversations > 0, 'conversations have several examples');
  return await first;
}

/**
 * True for a segment that is under way after another one was: heartbeats are too far apart to show how far a
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

interface Point {
  readonly stage: string;
  readonly hit: (activity: PendingActivity) => boolean;
  /** What makes the stage last long enough to be hit. */
  readonly slow?: { readonly server: 'hubUrl' | 'tinkerUrl'; readonly fault: object };
}

const evaluating = (activity: PendingActivity): boolean => activity.type === 'evaluate' && activity.started;
const slowEvaluation = {
  server: 'tinkerUrl',
  fault: { path: '/asample', delayMs: 600_000 },
} as const;

const points: readonly Point[] = [
  {
    stage: 'download',
    hit: ({ type, progress }) => type === 'downloadFiles' && (progress?.done ?? 0) > 0,
    slow: { server: 'hubUrl', fault: { kind: 'rate', path: 'train-00000', bytesPerSecond: 250_000 } },
  },
  { stage: 'convert', hit: ({ type, started }) => type === 'convertPieces' && started },
  { stage: 'mix', hit: ({ type, started }) => (type === 'planMix' || type === 'finishMix') && started },
  { stage: 'tokenise', hit: ({ type, started }) => type === 'tokenisePieces' && started },
  { stage: 'train', hit: secondSegment() },
  { stage: 'evaluate', hit: evaluating, slow: slowEvaluation },
];

for (const { stage, hit, slow } of points)
  void test(`kill -9 of the worker in ${stage} leaves the same bytes and losses as an undisturbed run`, async () => {
    const before = await undisturbed();
    const slowed = slow && servers()[slow.server]();
    if (slowed !== undefined) await postFaults(slowed, slow?.fault ?? {});
    const after = await run(`kill-${stage}`, async (store, worker) => {
      await untilPending(servers(), `kill-${stage}`, hit);
      await worker.current.kill();
      if (slowed !== undefined) await clearFaults(slowed);
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

for (const { doing, hit, fault } of [
  { doing: 'training', hit: secondSegment(), fault: undefined },
  { doing: 'evaluating', hit: evaluating, fault: slowEvaluation.fault },
])
  void test(`kill -9 of the Tinker server while ${doing} changes nothing`, async () => {
    const before = await undisturbed();
    if (fault !== undefined) await postFaults(servers().tinkerUrl(), fault);
    const after = await run(`kill-tinker-${doing}`, async () => {
      await untilPending(servers(), `kill-tinker-${doing}`, hit);
      await servers().crash('tinker');
    });
    assert.deepEqual(after, before);
  });
