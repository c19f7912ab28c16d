import assert from 'node:assert/strict';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { z } from 'zod';
import { createTextEncoder } from '../../../activities/tokenise/tokenizer/text-encoder.js';
import { readTokenizerFiles } from '../../../activities/tokenise/tokenizer/tokenizer-files.js';
import { markupTokens } from '../../../core/training/rendering/renderer.js';
import { canonicalLine } from '../../../core/convert/conversation/canonical-line.js';
import { buildDatum, meanNll, type TrainingDatum } from '../../../core/training/datum.js';
import { rendererNamed } from '../../../core/training/families/index.js';
import { learningRateAt } from '../../../core/training/schedule.js';
import { tokeniseConversation } from '../../../core/training/tokens.js';
import { startHub } from '../../../dev/hub/index.js';
import { shippedModelDir } from '../../../dev/stack/shipped.js';
import { startTinkerServer } from '../../../dev/tinker/server/index.js';
import { connectTinker, crossEntropyDatum } from '../../../tinker/index.js';
import { pythonEnvironment } from '../../../dev/python/environment.js';
import { runScript } from '../support/run-python.js';
import { repositoryDir } from '../support/source-dir.js';
import { apiKey } from '../support/tinker-fixture.js';
import { temporaryFolder } from '../../support/folder.js';

/**
 * The Tinker cookbook's supervised trainer, unchanged, on a file as the mix writes it, against the local
 * servers; then the same steps with the project's own parts.
 */

const model = 'headrace/tiny-qwen3';
const rule = {
  model,
  renderer: 'qwen3',
  rank: 8,
  batchSize: 16,
  steps: 10,
  maxTokens: 256,
  learningRate: 0.002,
  saveEvery: 5,
} as const;

const Conversation = z.array(
  z.object({ role: z.enum(['system', 'user', 'assistant']), content: z.string() }),
);
const Cookbook = z.object({
  version: z.string(),
  rows: z.number(),
  conversations: z.array(Conversation),
  firstBatch: z.array(
    z.object({ tokens: z.array(z.number()), targets: z.array(z.number()), weights: z.array(z.number()) }),
  ),
  steps: z.array(z.object({ learningRate: z.number(), nll: z.number(), gradientNorm: z.number() })),
  checkpoints: z.array(z.object({ name: z.string(), state: z.string(), sampler: z.string() })),
});

void test('the cookbook trains on our file and our server as our own parts do, step for step', async (t) => {
  const environment = await pythonEnvironment('cookbook');
  const dir = await temporaryFolder();
  const lines = await conversationLines();
  const file = join(dir, 'train.jsonl');
  await writeFile(file, lines.join(''));
  await cp(shippedModelDir, join(dir, 'hub', 'models', model), { recursive: true });
  const hub = await startHub({ root: join(dir, 'hub') });
  t.after(() => hub.close());
  const server = await startTinkerServer({ modelDir: shippedModelDir, stateDir: join(dir, 'state') });
  t.after(() => server.close());

  const env = {
    HF_ENDPOINT: hub.url,
    HF_HOME: join(dir, 'home'),
    TINKER_BASE_URL: server.url,
    TINKER_API_KEY: apiKey,
    TINKER_TELEMETRY: '0',
  };
  const input = { ...rule, file, logPath: join(dir, 'log') };
  const theirs = await runScript(Cookbook, environment, 'cookbook_train.py', env, input);
  t.diagnostic(`tinker-cookbook ${theirs.version}`);
  assert.equal(theirs.rows, lines.length);
  assert.deepEqual(
    theirs.checkpoints.map(({ name }) => name),
    ['000005', 'final'],
  );

  const encoder = createTextEncoder(await readTokenizerFiles(shippedModelDir), markupTokens);
  const datums = theirs.conversations.map((messages) => {
    const { tokens, mask } = tokeniseConversation(
      rendererNamed(rule.renderer),
      { messages },
      'all_assistant_messages',
      encoder,
    );
    return buildDatum(tokens, mask, rule.maxTokens) ?? assert.fail('a conversation without a trained token');
  });
  assert.deepEqual(
    datums.slice(0, rule.batchSize).map(({ tokens, targetTokens, weights }) => ({
      tokens: [...tokens],
      targets: [...targetTokens],
      weights: [...weights],
    })),
    theirs.firstBatch.map((datum) => ({ ...datum, weights: datum.weights.map(Math.fround) })),
  );

  const ours = await trainOurWay(server.url, datums);
  assert.equal(theirs.steps.length, ours.length);
  for (const [step, { nll, ...rest }] of theirs.steps.entries()) {
    const own = ours[step];
    assert.deepEqual(
      rest,
      { learningRate: own?.learningRate, gradientNorm: own?.gradientNorm },
      `step ${step}`,
    );
    assert.ok(Math.abs(nll - (own?.nll ?? NaN)) < 1e-5, `step ${step}: ${nll} and ${own?.nll}`);
  }
  assert.ok((theirs.steps.at(-1)?.nll ?? NaN) < (theirs.steps[0]?.nll ?? NaN), 'the loss goes down');
});

/** Conversations of the demo corpora in the form that the mix writes. */
async function conversationLines(): Promise<string[]> {
  const path = join(repositoryDir, 'dev', 'corpora', 'data', 'local', 'ultrachat_200k_train_sft.jsonl');
  const Row = z.object({ messages: Conversation.min(2) });
  return (await readFile(path, 'utf8')).split('\n').flatMap((line) => {
    const row = Row.safeParse(parse(line));
    const whole = row.success && row.data.messages.every(({ content }) => content.trim() !== '');
    return whole ? [`${canonicalLine({ messages: row.data.messages })}\n`] : [];
  });
}

/** Some of the demo's lines are damaged on purpose. */
function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

interface Step {
  readonly learningRate: number;
  readonly nll: number;
  readonly gradientNorm: number | undefined;
}

async function trainOurWay(serverUrl: string, datums: readonly TrainingDatum[]): Promise<Step[]> {
  const tinker = await connectTinker({ baseUrl: serverUrl, apiKey, env: {} });
  const session = await tinker.openSession();
  const client = await session.createLoraTrainingClient({ baseModel: model, rank: rule.rank });
  const schedule = {
    learningRate: rule.learningRate,
    schedule: 'linear',
    warmupSteps: 0,
    totalSteps: rule.steps,
  } as const;
  const steps: Step[] = [];
  for (let step = 0; step < rule.steps; step += 1) {
    const batch = datums.slice(step * rule.batchSize, (step + 1) * rule.batchSize);
    const learningRate = learningRateAt(schedule, step);
    const forwardBackward = client.forwardBackward(
      batch.map(({ tokens, targetTokens, weights }) => crossEntropyDatum(tokens, targetTokens, weights)),
      'cross_entropy',
    );
    const optimStep = client.optimStep({ learningRate, beta1: 0.9, beta2: 0.95, eps: 1e-8 });
    const { outputs } = await forwardBackward.result;
    const metrics = await optimStep.result;
    steps.push({
      learningRate,
      nll: meanNll(batch.map(({ weights }, i) => ({ weights, logprobs: outputs[i]?.['logprobs'] ?? [] }))),
      gradientNorm: metrics['grad_norm'],
    });
  }
  await session.finish('success');
  return steps;
}
