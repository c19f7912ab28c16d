import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { z } from 'zod';
import type { Part } from '../../dev/stack/part.js';
import { activitiesOf } from '../support/activities-of.js';
import { writeConversations } from '../support/conversations.js';
import { clearFaults, postFaults } from '../support/faults.js';
import { pollersOf } from '../support/pollers.js';
import { recipeFrom } from '../support/recipes.js';
import { resultOf, startRecipe, untilPending } from '../support/runs.js';
import { startWorker, useServers } from '../support/servers.js';
import { untilStep } from '../support/slow-training.js';
import { until } from '../support/until.js';

/** Segments of a training, over several workers with the role `train`. */

const servers = useServers({
  setUp: () => writeConversations(join(servers().folder, 'chats.jsonl'), 200, 5),
});
const segments = 5;
const segmentSteps = 8;

const yaml = (name: string): string => `name: ${name}
seed: 4
sources:
  - { name: chats, files: chats.jsonl }
train:
  base_model: headrace/tiny-qwen3
  label: spread
  lora: { rank: 4, seed: 2 }
  batch_size: 4
  max_tokens: 64
  learning_rate: 2.0e-3
  max_steps: ${segments * segmentSteps}
  checkpoint_every: ${segmentSteps}
  prompts: [Hello.]
`;

/**
 * Trains to the end on three workers for training and one for the rest.
 *
 * @param meanwhile - is called with the former, by their names in histories.
 */
async function train(
  name: string,
  meanwhile: (workers: ReadonlyMap<string, Part>) => Promise<void> = async () => undefined,
): Promise<Trained> {
  const store = join(servers().folder, `store-${name}`);
  const started: Part[] = [];
  const start = async (roles: string, log: string): Promise<Part> => {
    const worker = await startWorker(servers(), store, { HEADRACE_ROLES: roles }, join(store, log));
    started.push(worker);
    return worker;
  };
  try {
    await start('main,io,cpu', 'rest.log');
    const workers = new Map<string, Part>();
    for (let number = 1; number <= 3; number += 1) {
      const part = await start('train', `train-${number}.log`);
      const added = await until(
        async () => (await pollersOf(servers(), store, 'train')).find(({ worker }) => !workers.has(worker)),
        () => `Temporal to know worker ${number}`,
      );
      workers.set(added.worker, part);
    }
    const before = (await operationsSince(0)).length;
    await startRecipe(servers(), store, recipeFrom(yaml(name), servers().folder));
    await meanwhile(workers);
    await resultOf(servers(), name);
    return {
      trainedBy: await workersOf(name),
      operations: await operationsSince(before),
      losses: await readFile(join(servers().folder, 'runs', name, 'metrics.jsonl'), 'utf8'),
    };
  } finally {
    await Promise.all(started.map((worker) => worker.close()));
  }
}

interface Trained {
  /** The worker of each segment that was begun, in order. */
  readonly trainedBy: readonly string[];
  /** Of the Tinker server. */
  readonly operations: Operations;
  readonly losses: string;
}

let first: Promise<Trained> | undefined;
/** A training that nothing disturbs; it runs once, in the first test that needs it. */
const undisturbed = (): Promise<Trained> => (first ??= train('undisturbed'));

const Log = z.object({
  operations: z.array(
    z.object({ op: z.string(), sessionId: z.string().optional(), modelId: z.string().optional() }),
  ),
});
type Operations = z.infer<typeof Log>['operations'];

/** What the Tinker server has done since it had done `from` operations. */
async function operationsSince(from: number): Promise<Operations> {
  const response = await fetch(`${servers().tinkerUrl()}/dev/log`);
  return Log.parse(await response.json()).operations.slice(from);
}

/** The most training clients that were alive at once, parked or in use, and how many there were in all. */
function clientsIn(operations: Operations): { readonly most: number; readonly all: number } {
  const trained = new Set(operations.flatMap(({ op, sessionId }) => (op === 'optim_step' ? sessionId : [])));
  const alive = new Set<string>();
  let most = 0;
  for (const { op, sessionId } of operations) {
    if (sessionId === undefined || !trained.has(sessionId)) continue;
    if (op === 'create_session') alive.add(sessionId);
    if (op === 'end_session') alive.delete(sessionId);
    most = Math.max(most, alive.size);
  }
  return { most, all: trained.size };
}

/**
 * For each boundary of two segments of one client, what the server does for it between the last step of the
 * one and the first step of the other. Each operation takes a latency of the server.
 */
function boundariesIn(operations: Operations): string[][] {
  const boundaries: string[][] = [];
  for (const model of new Set(operations.flatMap(({ modelId }) => modelId ?? []))) {
    let between: string[] | undefined;
    for (const { op } of operations.filter(({ modelId }) => modelId === model)) {
      if (op === 'optim_step') between = [];
      else if (op !== 'forward_backward') between?.push(op);
      else if (between !== undefined && between.length > 0) boundaries.push(between);
    }
  }
  return boundaries;
}

/** The worker of each segment that was begun and has ended, in order. */
async function workersOf(name: string): Promise<string[]> {
  const done = await activitiesOf(servers(), name);
  return done.filter(({ type }) => type === 'trainSegment').map(({ worker }) => worker);
}

void test('every segment follows the live client of the first, and a boundary waits for the two saves alone', async (t) => {
  const { trainedBy, operations } = await undisturbed();
  const clients = clientsIn(operations);
  const boundaries = boundariesIn(operations);
  t.diagnostic(
    `${segments} segments, three workers for training: clients at once ${clients.most}, in all ${clients.all}; ` +
      `operations of the server at the boundaries: ${boundaries.map((ops) => ops.join(' ')).join(', ')}`,
  );
  const [holder] = trainedBy;
  assert.deepEqual(trainedBy, repeated(holder, segments));
  assert.deepEqual(clients, { most: 1, all: 1 });
  assert.deepEqual(boundaries, repeated(['save_weights', 'save_weights_for_sampler'], segments - 1));
});

void test('a worker that is killed with the client loses it to another one, which ends in the same losses', async (t) => {
  const { losses } = await undisturbed();
  // A segment lasts for several heartbeats, until the kill.
  await postFaults(servers().tinkerUrl(), { path: '/optim_step', delayMs: 500, times: 1_000 });
  let killed = '';
  const after = await train('killed', async (workers) => {
    await untilStep(servers(), 'killed', segmentSteps);
    // While the server stands still the segment cannot end.
    const goOn = servers().freeze('tinker');
    try {
      await untilPending(servers(), 'killed', ({ type, started }) => type === 'trainSegment' && started);
      [killed = ''] = await workersOf('killed');
      await workers.get(killed)?.kill();
    } finally {
      goOn();
    }
    await clearFaults(servers().tinkerUrl());
  });
  const begun = after.trainedBy.filter((worker) => worker === killed);
  const others = after.trainedBy.slice(begun.length);
  const clients = clientsIn(after.operations);
  t.diagnostic(
    `killed in segment ${begun.length} of ${segments}; clients at once ${clients.most}, in all ${clients.all}`,
  );
  assert.ok(begun.length >= 2);
  // The segment of the kill is begun twice.
  assert.deepEqual(others, repeated(others[0], segments + 1 - begun.length));
  assert.ok(others[0] !== killed);
  assert.deepEqual(clients, { most: 1, all: 2 });
  assert.equal(after.losses, losses);
});

function repeated<Item>(item: Item, times: number): Item[] {
  return Array.from({ length: times }, () => item);
}
