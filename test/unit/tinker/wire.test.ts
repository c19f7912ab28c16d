import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, mock, test } from 'node:test';
import { connectTinker, crossEntropyDatum, messageType, type SampleResult } from '../../../tinker/index.js';
import { decodeForwardBackwardOutput } from '../../../tinker/wire/forward-backward.js';
import { startFakeServer, type FakeServer, type Received } from './fake-server.js';

interface Recorded {
  readonly method: string;
  readonly path: string;
  readonly req: { readonly __proto__?: string; readonly json?: unknown } | null;
  readonly status: number;
  readonly resp: Record<string, unknown> | null;
}

const golden = new URL(
  '../../../../test/golden/tinker-wire/official-python-sdk-0.38-requests.jsonl',
  import.meta.url,
);
const recorded = readFileSync(golden, 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Recorded)
  .map((each) => ({ ...each, path: each.path.replace('/api/v1/', '') }));

/**
 * Answers of the recording by path, in order, successes only; the scripted stumbles have tests of their own.
 */
const answers = new Map<string, Recorded[]>();
for (const each of recorded) {
  const isPending = each.resp?.['type'] === 'try_again' || each.resp?.['status'] === 'complete_metadata';
  const isFailure = each.status >= 400 || isPending || each.resp?.['error'] !== undefined;
  if (!isFailure) answers.set(each.path, [...(answers.get(each.path) ?? []), each]);
}

/** The recorded request n-th line of the file, as the SDK sent it. */
function official(line: number): unknown {
  const { req } = recorded[line] ?? { req: null };
  const isProto = req !== null && Object.hasOwn(req, '__proto__');
  return isProto ? req.json : req;
}

let server: FakeServer;
const run = '39aa5eb2-e234-5a95-ab68-896e4cac8c45:train:0';

before(async () => {
  mock.timers.enable({ apis: ['setInterval'] });
  let submitted = 0;
  const futures = new Map<string, Received>();
  server = await startFakeServer((request) => {
    const { path, json } = request;
    if (path === 'retrieve_future')
      return resultOf(futures.get(String((json as { request_id: string }).request_id)));
    const found = answers.get(path)?.[0];
    const isFuture = found?.resp?.['request_id'] !== undefined;
    if (!isFuture) return { status: found?.status ?? 404, ...(found?.resp ? { body: found.resp } : {}) };
    submitted += 1;
    const id = `request-${submitted}`;
    futures.set(id, request);
    return { body: { ...found?.resp, request_id: id } };
  });
});
after(async () => {
  mock.timers.reset();
  await server.close();
});

/** The result of a future, in the recording's words. */
function resultOf(request: Received | undefined): { body: unknown } {
  const body = (request?.json ?? {}) as Record<string, unknown>;
  switch (request?.path ?? '') {
    case 'create_model':
      return { body: { type: 'create_model', model_id: run } };
    case 'load_weights':
      return { body: { path: body['path'], model_id: run.replace(/0$/, String(body['model_seq_id'])) } };
    case 'save_weights':
      return { body: { path: `tinker://${run}/weights/${String(body['path'])}` } };
    case 'save_weights_for_sampler':
      return { body: { path: `tinker://${run}/sampler_weights/${String(body['path'])}` } };
    case 'optim_step':
      return { body: { type: 'optim_step', metrics: { 'optim/lr': 0.0001 } } };
    case 'asample':
      return proto('SampleResponse', body['prompt_logprobs'] === true ? 38 : 36);
    default: {
      const two = messageType('ForwardBackwardRequest')
        .decode(request?.bytes ?? new Uint8Array())
        .toJSON()['data'];
      return proto('ForwardBackwardOutput', Array.isArray(two) && two.length === 2 ? 7 : 18);
    }
  }
}

function proto(name: 'SampleResponse' | 'ForwardBackwardOutput', line: number): { body: Uint8Array } {
  const type = messageType(name);
  const json = recorded[line]?.resp?.['json'] as Record<string, unknown>;
  return { body: type.encode(type.fromObject(json)).finish() };
}

/** What our client sent, decoded as the recording is. */
function ours(path: string, at: number): unknown {
  const request = server.received.filter((each) => each.path === path)[at];
  if (request?.headers['content-type'] !== 'application/x-protobuf') return request?.json ?? null;
  const type = messageType('ForwardBackwardRequest');
  return type.toObject(type.decode(request.bytes), { longs: String, enums: String, bytes: String });
}

const long = crossEntropyDatum([10, 11, 12, 13, 14, 15], [11, 12, 13, 14, 15, 16], [0, 0, 0, 1, 1, 1]);
const short = crossEntropyDatum([10, 11, 12, 13], [11, 12, 13, 14], [0, 0, 1, 1]);

void test('every request has the fields and values that the official SDK sends', async () => {
  const env = { TINKER_API_KEY: 'tml-dummy' };
  const tinker = await connectTinker({ baseUrl: server.url, env });
  const session = await tinker.openSession({ userMetadata: { who: 'dev' }, displayName: 'demo' });
  const client = await session.createLoraTrainingClient({
    baseModel: 'mock/model',
    rank: 8,
    seed: 7,
    userMetadata: { run: 'toy' },
  });

  const first = client.forwardBackward([long, short], 'cross_entropy');
  const step = client.optimStep({ learningRate: 1e-4, gradClipNorm: 1 });
  const { outputs, metrics } = await first.result;
  assert.deepEqual(
    outputs.map((each) => Array.from(each['logprobs'] ?? [])),
    [Array(6).fill(-1.5), Array(4).fill(-1.5)],
  );
  assert.deepEqual(metrics, { 'tokens:mean': 10, 'loss:sum': 15 });
  assert.deepEqual(await step.result, { 'optim/lr': 0.0001 });

  client.forwardBackward([long], 'cross_entropy');
  client.forward([long], 'cross_entropy');
  client.forwardBackward([long], 'ppo', { clip_low_threshold: 0.8 });
  const state = client.saveState('step-10', {
    ttlSeconds: 604_800,
    overwrite: true,
    userMetadata: { step: '10' },
  });
  // The recording spent 7 and 8 on saves that were refused.
  client.forward([long], 'cross_entropy');
  client.forward([long], 'cross_entropy');
  const sampler = client.saveWeightsForSampler('samp-10', { ttlSeconds: 86_400 });
  const [statePath, samplerPath] = await Promise.all([state.result, sampler.result]);
  assert.equal(statePath, `tinker://${run}/weights/step-10`);
  assert.equal(samplerPath, `tinker://${run}/sampler_weights/samp-10`);

  const sampling = await session.createSamplingClient({ modelPath: samplerPath });
  const request = {
    promptTokens: [1, 2, 3],
    numSamples: 2,
    maxTokens: 8,
    temperature: 0.7,
    seed: 1,
    stop: [2],
  };
  const sampled: SampleResult = await sampling.sample(request);
  assert.deepEqual(
    sampled.sequences.map(({ tokens, stopReason }) => ({ tokens, stopReason })),
    [1, 2].map(() => ({ tokens: [5, 6, 2], stopReason: 'stop' })),
  );
  assert.deepEqual(await sampling.computeLogprobs([1, 2, 3]), [null, -2, -2]);

  await session.createFromState(statePath, { optimizer: true, userMetadata: { resumed: '1' } });
  await session.createFromState(statePath, { optimizer: false });
  assert.deepEqual(await tinker.weightsInfo(statePath), {
    baseModel: 'mock/model',
    loraRank: 8,
    trainMlp: true,
    trainAttn: true,
    trainUnembed: true,
  });
  assert.equal((await tinker.listCheckpoints(run))[0]?.path, statePath);
  await tinker.setCheckpointTtl(statePath, 3600);
  await tinker.deleteCheckpoint(samplerPath);
  assert.deepEqual((await tinker.capabilities()).models, [
    { name: 'mock/model', maxContextLength: 32_768, trainable: true, sampleable: true },
  ]);
  mock.timers.tick(10_000);
  while (!server.received.some((each) => each.path === 'session_heartbeat'))
    await new Promise((resolve) => setImmediate(resolve));
  await session.finish('success');

  const same = (path: string, at: number, line: number): void =>
    assert.deepEqual(ours(path, at), official(line), `${path} number ${at}`);
  same('client/config', 0, 0);
  same('create_session', 0, 2);
  same('create_model', 0, 3);
  same('forward_backward', 0, 6);
  same('optim_step', 0, 8);
  same('forward_backward', 1, 17);
  same('forward_backward', 2, 19);
  same('forward_backward', 3, 22);
  same('save_weights', 0, 24);
  same('save_weights_for_sampler', 0, 31);
  same('create_sampling_session', 0, 33);
  same('asample', 0, 35);
  same('asample', 1, 37);
  same('load_weights', 0, 43);
  same('load_weights', 1, 48);
  same('weights_info', 0, 53);
  same(`training_runs/${run}/checkpoints/weights/step-10/ttl`, 0, 58);
  same('session_heartbeat', 0, 62);
  same('sessions/39aa5eb2-e234-5a95-ab68-896e4cac8c45/finish', 0, 63);
  for (const each of server.received) assert.equal(each.headers['x-api-key'], 'tml-dummy');
  const posts = server.received.filter((each) => each.method === 'POST');
  assert.equal(new Set(posts.map((each) => each.headers['x-idempotency-key'])).size, posts.length);
});

void test('polls name the request that they wait for and accept protobuf where the official SDK does', () => {
  const polls = server.received.filter((each) => each.path === 'retrieve_future');
  const accepts = new Map(
    polls.map((each) => [each.headers['x-tinker-request-type'], each.headers['accept']]),
  );
  assert.deepEqual(Object.fromEntries(accepts), {
    CreateModel: 'application/json',
    ForwardBackward: 'application/x-protobuf',
    Forward: 'application/x-protobuf',
    OptimStep: 'application/json',
    SaveWeights: 'application/json',
    SaveWeightsForSampler: 'application/json',
    Sample: 'application/x-protobuf',
    LoadWeights: 'application/json',
  });
  assert.ok(polls.every((each) => each.headers['x-tinker-request-iteration'] === '0'));
});

void test('a bfloat16 tensor is read as the upper half of float32', () => {
  const type = messageType('ForwardBackwardOutput');
  const offsets = Buffer.alloc(16);
  offsets.writeBigInt64LE(4n, 8);
  const fields = {
    logprobs: { data: Buffer.from([0xc0, 0xbf, 0x00, 0x40]), offsets, dtype: 'DTYPE_BFLOAT16' },
  };
  const bytes = type.encode(type.fromObject({ loss_fn_outputs: [{ fields, num_datums: 1 }] })).finish();
  const [output] = decodeForwardBackwardOutput(bytes).outputs;
  assert.deepEqual(Array.from(output?.['logprobs'] ?? []), [-1.5, 2]);
});
