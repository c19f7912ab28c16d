import assert from 'node:assert/strict';
import { z } from 'zod';
import { randomModelConfig } from '../../../dev/tinker/model/random-model.js';

/** What the Tinker tests send, and what their scripts answer. */

export interface Row {
  readonly tokens: readonly number[];
  readonly targets: readonly number[];
  readonly weights: readonly number[];
}

export const apiKey = 'tml-interop';
export const baseModel = randomModelConfig.name;

/** A sequence that can be learnt; the first weights are 0, as a prompt's are. */
export function row(index: number, length: number): Row {
  const tokens = Array.from({ length: length + 1 }, (_, at) => (index * 7 + at * 3) % 256);
  return {
    tokens: tokens.slice(0, -1),
    targets: tokens.slice(1),
    weights: Array.from({ length }, (_, at) => (at < 3 ? 0 : 1 / 8)),
  };
}

/** Input of `tinker_train.py`. The last four steps come after the save. */
export const training = {
  batches: Array.from({ length: 10 }, (_, step) => [0, 1, 2, 3].map((i) => row(i + (step % 2), 20 + i))),
  saveAt: 6,
  rank: 8,
  seed: 11,
  learningRate: 0.01,
} as const;

const Losses = z.array(z.number().positive());
const Logprobs = z.array(z.array(z.number()));
export const Trained = z.object({
  version: z.string(),
  model: z.string(),
  contextLength: z.number(),
  runId: z.string(),
  rank: z.tuple([z.number(), z.number()]),
  baseModel: z.string(),
  untrained: z.object({ loss: z.number(), logprobs: Logprobs }),
  losses: Losses,
  state: z.string(),
  sampler: z.string(),
  resumed: Losses,
  withoutOptimizer: Losses,
  trained: Logprobs,
  trainedAfterResume: Logprobs,
});
export type Trained = z.infer<typeof Trained>;

export const Resumed = z.object({ losses: Losses, runId: z.string(), finished: z.boolean() });

export const Chunked = z.object({
  outputs: z.number(),
  loss: z.number(),
  together: Logprobs,
  alone: Logprobs,
  runId: z.string(),
});

/** The first token has no log-probability. */
const PromptLogprobs = z.tuple([z.null()]).rest(z.number());
const Sample = z.object({
  promptLogprobs: PromptLogprobs,
  sequences: z.array(
    z.object({
      tokens: z.array(z.number()),
      logprobs: z.array(z.number()),
      stop: z.enum(['stop', 'length']),
    }),
  ),
});
export const Sampled = z.object({
  baseModel: z.string(),
  greedy: Sample,
  greedyAgain: Sample,
  seeded: Sample,
  seededAgain: Sample,
  stopped: Sample,
  wholeLogprobs: PromptLogprobs,
  tuned: PromptLogprobs,
  snapshot: PromptLogprobs,
  base: PromptLogprobs,
});

const Listed = z.array(
  z.object({
    id: z.string(),
    type: z.string(),
    path: z.string(),
    bytes: z.number(),
    /** Seconds after it was saved. */
    expires: z.number().nullable(),
  }),
);
const Outcome = z.object({
  value: z.unknown().optional(),
  error: z.string().optional(),
  status: z.number().nullish(),
  said: z.string().default(''),
});
export const Checkpoints = z.object({
  run: z.string(),
  states: z.tuple([z.string(), z.string()]),
  sampler: z.string(),
  first: Listed,
  afterTtl: Listed,
  afterDelete: Listed,
  trainingRun: z.object({
    id: z.string(),
    baseModel: z.string(),
    /** The older SDK does not show it. */
    metadata: z.record(z.string(), z.string()).nullable(),
    lastCheckpoint: z.string(),
  }),
  ofUser: z.array(z.string()),
  runs: z.array(z.string()),
  refusals: z.record(z.string(), Outcome),
});

export const Tokenizer = z.object({
  model: z.string(),
  ids: z.array(z.number()),
  text: z.string(),
  eos: z.number(),
});

/** Equal within what float32 sums in another order may differ by. */
export function assertClose(
  actual: readonly (number | null | undefined)[],
  expected: readonly (number | null)[],
): void {
  assert.equal(actual.length, expected.length);
  for (const [i, value] of expected.entries()) {
    const wanted = value ?? NaN;
    const got = actual[i] ?? NaN;
    const allowed = 1e-4 * Math.max(1, Math.abs(wanted));
    assert.ok(Math.abs(got - wanted) <= allowed, `[${i}] is ${got}, not ${wanted}`);
  }
}

/** What the server did, by its own log, oldest first. */
export async function operations(
  serverUrl: string,
  op: string,
): Promise<readonly z.infer<typeof Operation>[]> {
  const reply = await fetch(`${serverUrl}/dev/log?op=${op}`);
  return z.object({ operations: z.array(Operation) }).parse(await reply.json()).operations;
}
const Operation = z.object({
  modelId: z.string().optional(),
  sessionId: z.string().optional(),
  seqId: z.number().optional(),
  outcome: z.string(),
});

/** Has the server break requests. */
export async function breakRequests(serverUrl: string, faults: readonly object[]): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const reply = await fetch(`${serverUrl}/dev/faults`, {
    method: 'POST',
    headers,
    body: JSON.stringify(faults),
  });
  assert.equal(reply.status, 204, await reply.text());
}

/** Faults that have not struck yet. */
export async function faultsLeft(serverUrl: string): Promise<number> {
  const reply = await fetch(`${serverUrl}/dev/faults`);
  return z.object({ faults: z.array(z.unknown()) }).parse(await reply.json()).faults.length;
}
