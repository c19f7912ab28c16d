import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import * as zlib from 'node:zlib';
import { connectTinker, crossEntropyDatum, TinkerError, type TrainingClient } from '../../../tinker/index.js';
import { messageType } from '../../../tinker/wire/messages.js';
import { fakeClock } from './fake-clock.js';
import { startFakeServer, type FakeServer, type Received, type Reply } from './fake-server.js';

const run = 'run:train:0';
const datum = crossEntropyDatum([1, 2], [2, 3], [0, 1]);
let server: FakeServer | undefined;
afterEach(() => server?.close());

type Script = (request: Received, earlier: readonly Received[]) => Reply | undefined;

/** A server that accepts everything, except where the script has an answer. */
async function serve(script: Script = () => undefined, config: object = {}): Promise<FakeServer> {
  const earlier: Received[] = [];
  let requests = 0;
  server = await startFakeServer((request) => {
    const scripted = script(request, [...earlier]);
    earlier.push(request);
    if (scripted !== undefined) return scripted;
    switch (request.path) {
      case 'client/config':
        return { body: config };
      case 'create_session':
        return { body: { session_id: 'run' } };
      case 'retrieve_future':
        return { body: futureResult(String((request.json as { request_id: string }).request_id)) };
      default:
        requests += 1;
        return { body: { request_id: `${request.path}/${requests}/${countOf(request)}` } };
    }
  });
  return server;
}

function countOf(request: Received): number {
  if (request.path !== 'forward_backward') return 0;
  const { data } = messageType('ForwardBackwardRequest').decode(request.bytes).toJSON() as {
    data: unknown[];
  };
  return data.length;
}

function futureResult(id: string): unknown {
  const [kind, , count] = id.split('/');
  if (kind === 'create_model') return { model_id: run };
  if (kind === 'save_weights') return { path: `tinker://${run}/weights/a` };
  if (kind === 'save_weights_for_sampler') return { path: `tinker://${run}/a` };
  if (kind === 'forward_backward')
    return {
      loss_fn_outputs: Array.from({ length: Number(count) }, () => ({ logprobs: { data: [-1, -2] } })),
      metrics: { 'n:sum': Number(count) },
    };
  return {};
}

async function connect(
  signal?: AbortSignal,
): Promise<{ client: TrainingClient; slept: readonly number[]; said: readonly string[] }> {
  const clock = fakeClock();
  const said: string[] = [];
  const onWarning = (message: string): void => void said.push(message);
  const tinker = await connectTinker({
    baseUrl: server?.url ?? '',
    apiKey: 'tml-x',
    env: {},
    clock,
    onWarning,
  });
  const session = await tinker.openSession(signal === undefined ? {} : { signal });
  const client = await session.createLoraTrainingClient({ baseModel: 'base', rank: 4 });
  clock.slept.length = 0;
  return { client, slept: clock.slept, said };
}

function sequenceIds(): number[] {
  const ids: number[] = [];
  for (const { path, json, bytes } of server?.received ?? []) {
    if (path === 'forward_backward')
      ids.push((messageType('ForwardBackwardRequest').decode(bytes).toJSON() as { seq_id: number }).seq_id);
    else if (json !== undefined && Object.hasOwn(json as object, 'seq_id'))
      ids.push((json as { seq_id: number }).seq_id);
  }
  return ids;
}

void test('requests are sent in sequence, from 1, while earlier results are still awaited', async () => {
  await serve();
  const { client } = await connect();
  const all = [1, 2, 3].flatMap(() => [
    client.forwardBackward([datum], 'cross_entropy'),
    client.optimStep({ learningRate: 1 }),
  ]);
  await Promise.all(all.map((each) => each.result));
  assert.deepEqual(sequenceIds(), [1, 2, 3, 4, 5, 6]);
});

void test('a batch over the limits of the server is sent in chunks with ids of their own, and its results are combined', async () => {
  await serve(() => undefined, { fwdbwd_max_chunk_len: 2 });
  const { client } = await connect();
  const { outputs, metrics } = await client.forwardBackward(Array(5).fill(datum), 'cross_entropy').result;
  assert.equal(outputs.length, 5);
  assert.deepEqual(metrics, { 'n:sum': 5 });
  assert.deepEqual(sequenceIds(), [1, 2, 3]);
});

void test('a batch is cut at the limit of bytes, and a larger datum is sent alone', async () => {
  // Each token counts 4 bytes, 4 for its weight and 8 for its target: 32 of a datum of two.
  await serve(() => undefined, { fwdbwd_max_chunk_bytes_count: 64 });
  const { client } = await connect();
  const large = crossEntropyDatum([1, 2, 3, 4, 5], [2, 3, 4, 5, 6], [1, 1, 1, 1, 1]);
  const { outputs } = await client.forward([datum, datum, datum, large, datum], 'cross_entropy').result;
  assert.equal(outputs.length, 5);
  const cut = (server?.received ?? [])
    .filter(({ path }) => path === 'forward_backward')
    .map(
      ({ bytes }) =>
        messageType('ForwardBackwardRequest').decode(bytes).toJSON() as {
          data: unknown[];
          forward_only: boolean;
        },
    );
  assert.deepEqual(
    cut.map(({ data, forward_only }) => [data.length, forward_only]),
    [
      [2, true],
      [1, true],
      [1, true],
      [1, true],
    ],
  );
});

void test('the metrics of chunks are combined by the reductions in their names', async () => {
  const of = [
    {
      'a:mean': 1,
      'b:sum': 1,
      'c:min': 1,
      'd:max': 1,
      'e:slack': 1,
      'f:unique': 1,
      'g:hash2': 1,
      'h:sum': 1,
    },
    { 'a:mean': 4, 'b:sum': 4, 'c:min': 4, 'd:max': 4, 'e:slack': 4, 'f:unique': 4, 'g:hash2': 4 },
  ];
  await serve(
    ({ path, json }) => {
      if (path !== 'retrieve_future') return undefined;
      const [kind, , count] = (json as { request_id: string }).request_id.split('/');
      if (kind !== 'forward_backward') return undefined;
      const [metrics, outputs] = count === '2' ? [of[0], [{}, {}]] : [of[1], [{}]];
      return { body: { loss_fn_output_type: 'TensorOutput', loss_fn_outputs: outputs, metrics } };
    },
    { fwdbwd_max_chunk_len: 2 },
  );
  const { client } = await connect();
  const { metrics, outputs } = await client.forwardBackward([datum, datum, datum], 'cross_entropy').result;
  assert.equal(outputs.length, 3);
  assert.deepEqual(metrics, {
    'a:mean': 2,
    'b:sum': 5,
    'c:min': 1,
    'd:max': 4,
    'e:slack': 2,
    'f:unique': 1,
    'f:unique_1': 4,
  });
});

void test('what is refused before sending takes no sequence id', async () => {
  await serve();
  const { client } = await connect();
  const refused = (call: () => unknown, words: RegExp): void => {
    assert.throws(
      call,
      (error) => error instanceof TinkerError && error.kind === 'invalid' && words.test(error.message),
    );
  };
  refused(() => client.saveState('/tmp/x'), /no path/);
  refused(() => client.forwardBackward([], 'cross_entropy'), /without datums/);
  refused(
    () => client.forwardBackward([crossEntropyDatum([1, 2], [2], [1, 1])], 'cross_entropy'),
    /target_tokens has 1/,
  );
  refused(() => client.forwardBackward([crossEntropyDatum([1], [2], [Number.NaN])], 'cross_entropy'), /NaN/);
  refused(() => client.forwardBackward([crossEntropyDatum([], [], [])], 'cross_entropy'), /no tokens/);
  for (const token of [-1, 0.5, 2 ** 31])
    refused(() => client.forward([crossEntropyDatum([token], [2], [1])], 'cross_entropy'), /token 0 is/);
  refused(
    () => client.forwardBackward([crossEntropyDatum([1], [0.5], [1])], 'cross_entropy'),
    /\[0\] is 0.5/,
  );
  const shaped = { weights: { dtype: 'float32', data: [1, 2], shape: [3] } } as const;
  refused(() => client.forwardBackward([{ tokens: [1], lossInputs: shaped }], 'ppo'), /shape \[3\]/);
  refused(() => client.optimStep({ learningRate: Number.NaN }), /learning_rate is NaN/);
  refused(() => client.optimStep({ learningRate: -1 }), /learning_rate is -1/);
  refused(() => client.optimStep({ learningRate: 1, beta2: 1 }), /beta2 is 1/);
  for (const ttlSeconds of [3599, 3600.5, 10 * 365 * 86_400 + 1])
    for (const save of ['saveState', 'saveWeightsForSampler', 'saveWeightsExternal'] as const)
      refused(() => client[save]('a', { ttlSeconds }), /cannot stay for/);
  await client.saveState('a').result;
  refused(() => client.saveState('a'), /has saved weights\/a already/);
  await client.optimStep({ learningRate: 1 }).result;
  assert.deepEqual(sequenceIds(), [1, 2]);
});

void test('a submission that meets 429 is sent again with the same id and body before later ones', async () => {
  let refusals = 2;
  await serve(({ path }) => (path === 'optim_step' && (refusals -= 1) >= 0 ? { status: 429 } : undefined));
  const { client, slept } = await connect();
  const first = client.optimStep({ learningRate: 1 });
  await Promise.all([first.result, client.optimStep({ learningRate: 2 }).result]);
  assert.deepEqual(sequenceIds(), [1, 1, 1, 2]);
  assert.deepEqual(slept.slice(0, 2), [500, 1000]);
  const sent = (server?.received ?? []).filter((each) => each.path === 'optim_step');
  assert.equal(new Set(sent.slice(0, 3).map((each) => each.headers['x-idempotency-key'])).size, 1);
});

void test('billing pauses the training with a message, and ends it after the limit of the server', async () => {
  let unpaid = 2;
  await serve(
    ({ path }) => (path === 'optim_step' && (unpaid -= 1) >= 0 ? { status: 402, body: {} } : undefined),
    {
      billing_exception_max_pause_duration_sec: 60,
    },
  );
  const { client, slept, said } = await connect();
  await client.optimStep({ learningRate: 1 }).result;
  assert.deepEqual(slept.slice(0, 2), [5_000, 5_000]);
  assert.match(said.join(), /paused for billing, given up in 1 minute: .*402/);
  unpaid = Infinity;
  await assert.rejects(client.optimStep({ learningRate: 1 }).result, { kind: 'billing' });
  assert.equal(slept.slice(2).filter((ms) => ms === 5_000).length, 12);
});

void test('a batch is compressed where the server requests it and this Node can, and sent as it is elsewhere', async () => {
  const unzip =
    'zstdDecompressSync' in zlib ? (zlib.zstdDecompressSync as (of: Uint8Array) => Uint8Array) : undefined;
  await serve(
    ({ path, headers, bytes }) =>
      path === 'forward_backward' && headers['content-encoding'] === 'zstd'
        ? { body: { request_id: `forward_backward/0/${unzip?.(bytes).length === 0 ? 0 : 1}` } }
        : undefined,
    { proto_compress_fwdbwd: true },
  );
  const { client } = await connect();
  await client.forwardBackward([datum], 'cross_entropy').result;
  const sent = server?.received.find(({ path }) => path === 'forward_backward');
  assert.equal(sent?.headers['content-encoding'], unzip === undefined ? undefined : 'zstd');
  const plain = unzip?.(sent?.bytes ?? Buffer.alloc(0)) ?? sent?.bytes ?? Buffer.alloc(0);
  const { data } = messageType('ForwardBackwardRequest').decode(plain).toJSON() as { data: unknown[] };
  assert.equal(data.length, 1);
});

void test('a submission that is refused for good leaves the client dead, and nothing more is sent', async () => {
  await serve(({ path }) => (path === 'optim_step' ? { status: 422, body: { detail: 'no' } } : undefined));
  const { client } = await connect();
  const step = client.optimStep({ learningRate: 1 });
  const behind = client.forwardBackward([datum], 'cross_entropy');
  await assert.rejects(step.result, { kind: 'request', status: 422 });
  await assert.rejects(behind.result, { kind: 'dead' });
  assert.equal(client.isAlive, false);
  assert.throws(() => client.optimStep({ learningRate: 1 }), { kind: 'dead' });
  assert.deepEqual(sequenceIds(), [1]);
});

void test('a save that is answered 409 has succeeded once the listing has its name', async () => {
  let listings = 0;
  await serve(({ path }) => {
    if (path === 'save_weights') return { status: 409, body: { detail: 'Checkpoint a already exists' } };
    if (!path.startsWith('training_runs/')) return undefined;
    const path3 = { tinker_path: `tinker://${run}/weights/a` };
    listings += 1;
    return { body: { checkpoints: listings < 3 ? [] : [path3] } };
  });
  const { client, slept } = await connect();
  assert.equal(await client.saveState('a').result, `tinker://${run}/weights/a`);
  assert.deepEqual(slept, [1000, 1000]);
  assert.equal(client.isAlive, true);
});

void test('a save that is answered 409 and never listed leaves the client dead', async () => {
  await serve(({ path }) => {
    if (path === 'save_weights') return { status: 409 };
    return path.startsWith('training_runs/') ? { body: { checkpoints: [] } } : undefined;
  });
  const { client } = await connect();
  await assert.rejects(client.saveState('a').result, { kind: 'conflict' });
  assert.equal(client.isAlive, false);
});

void test('a path without its kind, as SkyRL answers it, gets the kind', async () => {
  await serve();
  const { client } = await connect();
  assert.equal(await client.saveWeightsForSampler('a').result, `tinker://${run}/sampler_weights/a`);
});

void test('a result is polled through every answer without one', async () => {
  const stumbles: Reply[] = [
    {
      body: {
        type: 'try_again',
        request_id: 'x',
        queue_state: 'paused_capacity',
        queue_state_reason: 'busy',
      },
    },
    { status: 408 },
    { status: 503 },
    { status: 429 },
    { status: 400, body: { detail: 'proxy' } },
    { body: { status: 'complete_metadata', response_payload_size: 9 } },
    { cut: true },
  ];
  await serve(({ path, json }) => {
    const id = (json as { request_id?: string } | undefined)?.request_id ?? '';
    return path === 'retrieve_future' && id.startsWith('optim_step') ? stumbles.shift() : undefined;
  });
  const { client } = await connect();
  await client.optimStep({ learningRate: 1 }).result;
  const polls = (server?.received ?? []).filter(
    (each) => each.headers['x-tinker-request-type'] === 'OptimStep',
  );
  assert.deepEqual(
    polls.map((each) => each.headers['x-tinker-request-iteration']),
    ['0', '1', '2', '3', '4', '5', '6', '7'],
  );
});

void test('a request that fails on the server has the message of the server', async () => {
  await serve(({ path, json }) => {
    const id = (json as { request_id?: string } | undefined)?.request_id ?? '';
    const isStep = path === 'retrieve_future' && id.startsWith('optim_step');
    return isStep ? { body: { error: 'disk full', category: 'server' } } : undefined;
  });
  const { client } = await connect();
  await assert.rejects(client.optimStep({ learningRate: 1 }).result, { kind: 'failed', detail: 'disk full' });
});

void test('an abort ends waiting calls with its reason and leaves the client dead', async () => {
  const controller = new AbortController();
  const reason = new Error('stop now');
  await serve(({ path }) => {
    if (path !== 'optim_step') return undefined;
    setImmediate(() => controller.abort(reason));
    return { status: 429 };
  });
  const { client } = await connect(controller.signal);
  await assert.rejects(client.optimStep({ learningRate: 1 }).result, reason);
  assert.equal(client.isAlive, false);
});

void test('a server that refuses create-via-load gets a model first and the state loaded into it', async () => {
  await serve(({ path, json }) => {
    const body = json as Record<string, unknown> | undefined;
    if (path === 'load_weights' && body?.['model_id'] === undefined)
      return { status: 422, body: { detail: [{ type: 'missing', loc: ['body', 'model_id'] }] } };
    if (path === 'weights_info') return { body: { base_model: 'base', is_lora: true, lora_rank: 4 } };
    return undefined;
  });
  const tinker = await connectTinker({ baseUrl: server?.url ?? '', apiKey: 'tml-x', env: {} });
  const session = await tinker.openSession();
  const client = await session.createFromState('tinker://old/weights/a', { optimizer: true });
  await client.optimStep({ learningRate: 1 }).result;
  assert.equal(client.modelId, run);
  const load = server?.received.filter((each) => each.path === 'load_weights')[1]?.json;
  assert.deepEqual(load, {
    model_id: run,
    seq_id: 1,
    path: 'tinker://old/weights/a',
    optimizer: true,
    type: 'load_weights',
  });
  assert.deepEqual(sequenceIds(), [1, 2]);
  await session.finish('success');
});
