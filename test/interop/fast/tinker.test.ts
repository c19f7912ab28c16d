import assert from 'node:assert/strict';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { z } from 'zod';
import { createTextEncoder } from '../../../activities/tokenise/tokenizer/text-encoder.js';
import { readTokenizerFiles } from '../../../activities/tokenise/tokenizer/tokenizer-files.js';
import { markupTokens } from '../../../core/training/rendering/renderer.js';
import { TokenReader } from '../../../activities/tokenise/pieces/token-reader.js';
import { readTokens } from '../../../activities/tokenise/pieces/tokens-artifact.js';
import { heldoutLosses } from '../../../activities/train/evaluation/heldout-loss.js';
import { createTinkerAccess } from '../../../activities/train/server/tinker-access.js';
import { readTrainingPlan } from '../../../activities/train/steps/training-plan.js';
import type { EvaluationResult } from '../../../core/contracts/evaluation.js';
import { startHub } from '../../../dev/hub/index.js';
import { shippedModelDir } from '../../../dev/stack/shipped.js';
import { randomModelConfig, writeRandomModel } from '../../../dev/tinker/model/random-model.js';
import { startTinkerServer, type TinkerServer } from '../../../dev/tinker/server/index.js';
import { connectTinker, crossEntropyDatum } from '../../../tinker/index.js';
import { quietWork } from '../../support/work.js';
import { activities, metricsIn, prepare, segment, type PreparedTraining } from '../../support/training.js';
import { pythonEnvironment, type PythonEnvironment } from '../../../dev/python/environment.js';
import { runScript } from '../support/run-python.js';
import {
  apiKey,
  assertClose,
  baseModel,
  breakRequests,
  Checkpoints,
  Chunked,
  faultsLeft,
  operations,
  Resumed,
  row,
  Sampled,
  Tokenizer,
  Trained,
  training,
} from '../support/tinker-fixture.js';
import { temporaryFolder } from '../../support/folder.js';

/** The official Tinker SDK, unchanged, against the local Tinker server. */

const tinyModel = 'headrace/tiny-qwen3';

let dir = '';
let modelDir = '';
before(async () => {
  dir = await temporaryFolder();
  modelDir = join(dir, 'model');
  await writeRandomModel(modelDir);
});

/** What each SDK trained to. */
const lossesBy = new Map<string, readonly number[]>();

for (const [name, requirements] of [
  ['current', 'tinker-current'],
  ['last JSON-speaking', 'tinker-0.24'],
] as const)
  void describe(`the ${name} SDK`, () => {
    let environment: PythonEnvironment;
    let server: TinkerServer;
    let trained: Trained;
    const start = (): Promise<TinkerServer> =>
      startTinkerServer({ modelDir, stateDir: join(dir, `state-${requirements}`) });
    const run = <T>(answer: z.ZodType<T>, script: string, input?: unknown, env = {}): Promise<T> => {
      const variables = {
        TINKER_BASE_URL: server.url,
        TINKER_API_KEY: apiKey,
        TINKER_TELEMETRY: '0',
        ...env,
      };
      return runScript(answer, environment, script, variables, input);
    };
    before(async () => {
      environment = await pythonEnvironment(requirements);
      server = await start();
      trained = await run(Trained, 'tinker_train.py', training);
    });
    after(() => server?.close());

    void test('finds the model, trains a LoRA on it, and the loss goes down', (t) => {
      t.diagnostic(`tinker ${trained.version}`);
      assert.deepEqual([trained.model, trained.baseModel], [baseModel, baseModel]);
      assert.equal(trained.contextLength, randomModelConfig.contextLength);
      assert.deepEqual(trained.rank, [training.rank, training.rank]);
      const { losses } = trained;
      assert.equal(losses.length, training.batches.length);
      assert.ok((losses.at(-1) ?? Infinity) < 0.8 * (losses[0] ?? 0), losses.join(', '));
      lossesBy.set(name, losses);
    });

    void test('gets losses that are the weighted sum of the log-probabilities', () => {
      const { loss, logprobs } = trained.untrained;
      let sum = 0;
      for (const [i, { weights }] of (training.batches[0] ?? []).entries())
        for (const [at, weight] of weights.entries()) sum -= weight * (logprobs[i]?.[at] ?? NaN);
      assertClose([loss, trained.losses[0]], [sum, sum]);
    });

    void test('continues from a saved state exactly as the uninterrupted run does', () => {
      assert.deepEqual(trained.resumed, trained.losses.slice(training.saveAt));
      assert.deepEqual(trained.trainedAfterResume, trained.trained);
    });

    void test('without the optimizer state starts at the same loss and then goes another way', () => {
      assert.equal(trained.withoutOptimizer[0], trained.resumed[0]);
      assert.notDeepEqual(trained.withoutOptimizer, trained.resumed);
    });

    void test('gets one path to resume from and another to sample from', () => {
      assert.equal(trained.state, `tinker://${trained.runId}/weights/saved`);
      assert.equal(trained.sampler, `tinker://${trained.runId}/sampler_weights/saved`);
    });

    void test('samples, and all the log-probabilities that it is given agree', async () => {
      const { state, sampler } = trained;
      const input = { state, sampler, prompt: [0, 3, 6, 9], maxTokens: 8 };
      const told = await run(Sampled, 'tinker_sampling.py', input);
      assert.equal(told.baseModel, baseModel);
      assert.deepEqual([told.greedyAgain, told.seededAgain], [told.greedy, told.seeded]);
      const [greedy] = told.greedy.sequences;
      assert.ok(greedy !== undefined);
      assert.equal(greedy.tokens.length, 8);
      assert.equal(new Set(told.seeded.sequences.map(({ tokens }) => tokens.join())).size, 3);
      assert.deepEqual(told.greedy.promptLogprobs, told.tuned);
      assertClose(told.wholeLogprobs.slice(1), [...told.tuned.slice(1), ...greedy.logprobs]);
      const [stopped] = told.stopped.sequences;
      const end = greedy.tokens.indexOf(greedy.tokens[2] ?? -1) + 1;
      assert.deepEqual([stopped?.stop, stopped?.tokens], ['stop', greedy.tokens.slice(0, end)]);
      assert.deepEqual(told.snapshot, told.tuned);
      assert.notDeepEqual(told.base, told.tuned);
    });

    void test('lists checkpoints, sets how long they live, and deletes them', async () => {
      const told = await run(Checkpoints, 'tinker_checkpoints.py');
      const { sampler } = told;
      const [first, second] = told.states;
      const lives = (of: typeof told.first): string[] =>
        of.map(
          ({ path, type, expires }) => `${type} ${path} ${expires === null ? 'for ever' : hours(expires)}`,
        );
      assert.deepEqual(
        lives(told.first).sort(),
        [`training ${first} 1 h`, `training ${second} 1 h`, `sampler ${sampler} for ever`].sort(),
      );
      assert.ok(told.first.every(({ bytes, path, id }) => bytes > 0 && path.endsWith(id)));
      assert.deepEqual(
        lives(told.afterTtl).sort(),
        [`training ${first} 1 h`, `training ${second} for ever`, `sampler ${sampler} 2 h`].sort(),
      );
      assert.deepEqual(told.afterDelete.map(({ path }) => path).sort(), [second, sampler].sort());
      const { metadata, ...trainingRun } = told.trainingRun;
      assert.deepEqual(trainingRun, { id: told.run, baseModel, lastCheckpoint: second });
      assert.deepEqual(metadata ?? { kind: 'listed' }, { kind: 'listed' });
      for (const path of [second, sampler, trained.state]) assert.ok(told.ofUser.includes(path), path);
      for (const id of [told.run, trained.runId]) assert.ok(told.runs.includes(id), id);
    });

    void test('raises the exception that it has for each refusal', async () => {
      const { refusals } = await run(Checkpoints, 'tinker_checkpoints.py');
      const expected = {
        shortTtl: ['UnprocessableEntityError', 422, /3600/],
        deletedTwice: ['NotFoundError', 404, /does not exist/],
        loadOfDeleted: ['NotFoundError', 404, /does not exist/],
        sampleOfState: ['BadRequestError', 400, /no sampler weights/],
        unknownModel: ['BadRequestError', 400, /none\/none/],
        path: ['UnprocessableEntityError', 422, /must match/],
        space: ['UnprocessableEntityError', 422, /must match/],
        token: ['RequestFailedError', null, /1000000/],
      } as const;
      for (const [what, [error, status, said]] of Object.entries(expected)) {
        const outcome = refusals[what];
        assert.deepEqual(
          [outcome?.error, outcome?.status ?? null],
          [error, status],
          `${what}: ${outcome?.said}`,
        );
        assert.match(outcome?.said ?? '', said);
      }
    });

    void test('cuts a large batch into several requests and gets every example back in order', async () => {
      const rows = Array.from({ length: 1500 }, (_, i) => row(i, 4 + (i % 3)));
      const told = await run(Chunked, 'tinker_chunks.py', { rows, check: [0, 1023, 1024, 1499] });
      assert.equal(told.outputs, rows.length);
      for (const [i, alone] of told.alone.entries()) assertClose(told.together[i] ?? [], alone);
      const done = await operations(server.url, 'forward_backward');
      const own = done.filter(({ modelId }) => modelId === told.runId);
      assert.deepEqual(
        own.map(({ seqId, outcome }) => [seqId, outcome]),
        [
          [1, 'done'],
          [2, 'done'],
        ],
      );
    });

    void test('loses connections and gets a 503, and trains to the same losses, every step once', async () => {
      await breakRequests(server.url, [
        { path: 'forward_backward', drop: 'after', skip: 1 },
        { path: 'optim_step', status: 503, skip: 2 },
        { path: 'retrieve_future', drop: 'before', skip: 4 },
        { path: 'save_weights_for_sampler', drop: 'before' },
      ]);
      const told = await run(Trained, 'tinker_train.py', training);
      assert.deepEqual(told.losses, trained.losses);
      assert.deepEqual(told.resumed, trained.resumed);
      const ran = (await operations(server.url, 'optim_step')).filter(
        ({ modelId }) => modelId === told.runId,
      );
      assert.equal(ran.length, training.batches.length);
      assert.equal(await faultsLeft(server.url), 0);
    });

    void test('continues from a saved state after the server has been restarted', async () => {
      await server.close();
      server = await start();
      const told = await run(Resumed, 'tinker_resume.py', {
        state: trained.state,
        batches: training.batches.slice(training.saveAt),
        learningRate: training.learningRate,
      });
      assert.deepEqual(told.losses, trained.losses.slice(training.saveAt));
      const ended = (await operations(server.url, 'end_session')).map(
        ({ sessionId }) => `${sessionId}:train:0`,
      );
      assert.equal(ended.includes(told.runId), told.finished, 'a client that finishes its session ends it');
    });

    void test('saves a state that a training of ours begins with: measured first, then trained on', async () => {
      const access = createTinkerAccess({ env: { TINKER_BASE_URL: server.url, TINKER_API_KEY: apiKey } });
      const lora = { rank: training.rank };
      const fresh = await prepare({ access }, { lora });
      const begun = await prepare({ access }, { lora, from: trained.state }, fresh);
      const measure = (bench: PreparedTraining): Promise<EvaluationResult> =>
        activities({ access }, bench.store).evaluate(
          { plan: bench.training.plan, mix: bench.mix, out: bench.out, checkpoint: null },
          quietWork(),
        );
      const [base, atStart] = [await measure(fresh), await measure(begun)];
      assert.deepEqual([base.label, atStart.label], ['base', 'start']);
      // The same loss as that of the sampler weights that the SDK saved beside the state.
      const plan = await readTrainingPlan(begun.store, begun.training.plan);
      const tokens = await readTokens(begun.store, { kind: 'tokens', key: plan.tokens });
      const reader = await TokenReader.open(begun.store, tokens, 'heldout');
      const { signal } = new AbortController();
      const session = await (await access.connect(signal)).openSession();
      const client = await session.createSamplingClient({ modelPath: trained.sampler });
      const sampled = await heldoutLosses(client, reader, tokens.sources, signal, () => undefined);
      await session.finish('success');
      assert.equal(atStart.heldoutNll, sampled.all);
      assert.notEqual(atStart.heldoutNll, base.heldoutNll);

      const worker = activities({ access }, begun.store);
      const [first, other] = [
        await segment(worker, begun, null, 3),
        await segment(activities({ access }, fresh.store), fresh, null, 3),
      ];
      assert.notEqual(first.firstLoss, other.firstLoss);
      assert.deepEqual(
        (await metricsIn(begun.out)).map(({ step }) => step),
        [0, 1, 2],
      );
      await worker.close();
    });

    void test('loads the tokenizer of the shipped model from the local Hub, with the ids that Headrace has', async (t) => {
      const root = join(dir, `hub-${requirements}`);
      await cp(shippedModelDir, join(root, 'models', tinyModel), { recursive: true });
      const hub = await startHub({ root });
      t.after(() => hub.close());
      const shipped = await startTinkerServer({
        modelDir: shippedModelDir,
        stateDir: join(dir, `state-${requirements}-shipped`),
      });
      t.after(() => shipped.close());
      const env = {
        HF_ENDPOINT: hub.url,
        HF_HOME: join(dir, `home-${requirements}`),
        TINKER_BASE_URL: shipped.url,
      };
      const text = "Größe: 12 €,\n\n\tit's 3.50 … 汉字 👍🏽  and\u00a0more";
      const told = await run(Tokenizer, 'tinker_tokenizer.py', { text }, env);
      const encoder = createTextEncoder(await readTokenizerFiles(shippedModelDir), markupTokens);
      assert.equal(told.model, tinyModel);
      assert.deepEqual(told.ids, encoder.encode(text));
      assert.deepEqual([told.text, told.eos], [text, encoder.specialId('<|im_end|>')]);
    });
  });

void test("both SDKs and the project's own client train to the same losses, bit for bit", async (t) => {
  const server = await startTinkerServer({ modelDir, stateDir: join(dir, 'state-own') });
  t.after(() => server.close());
  const tinker = await connectTinker({ baseUrl: server.url, apiKey, env: {} });
  const session = await tinker.openSession();
  const { rank, seed, learningRate } = training;
  const client = await session.createLoraTrainingClient({ baseModel, rank, seed });
  const losses: unknown[] = [];
  for (const batch of training.batches) {
    const datums = batch.map(({ tokens, targets, weights }) => crossEntropyDatum(tokens, targets, weights));
    const forwardBackward = client.forwardBackward(datums, 'cross_entropy');
    const step = client.optimStep({ learningRate, beta1: 0.9, beta2: 0.95, eps: 1e-8 });
    losses.push((await forwardBackward.result).metrics['loss:sum']);
    await step.result;
  }
  await session.finish('success');
  assert.deepEqual([...lossesBy.values()], [losses, losses]);
});

const hours = (seconds: number): string => `${Math.round(seconds / 3600)} h`;
