import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { crossEntropyDatum } from '../../../tinker/datum.js';
import { decodeForwardBackwardOutput, encodeForwardBackward } from '../../../tinker/wire/forward-backward.js';
import {
  Api,
  baseModel,
  datum,
  forwardBackward,
  logprobsOf,
  optimStep,
  startRandomServer,
  type RandomServer,
} from './client.js';

void describe('the local Tinker server', () => {
  let random: RandomServer;
  let api: Api;
  before(async () => {
    random = await startRandomServer();
    api = random.api;
  });
  after(async () => random.server.close());

  void test('refuses requests without a key of the right form', async () => {
    for (const key of [null, 'sk-other'])
      assert.equal((await new Api(api.url, key).post('create_session', {})).status, 401);
  });

  void test('identifies itself as a development server with the folder of its tokenizer', async () => {
    const block = { id: random.server.serverId, development: true, model_dir: random.modelDir };
    for (const answer of [
      await api.get('get_server_capabilities'),
      await api.get('healthz'),
      await api.post('client/config', { sdk_version: '0.38.0' }),
    ])
      assert.deepEqual(answer.body['headrace_dev_server'], block);
  });

  void test('lists its model with the context length of its config', async () => {
    const { body } = await api.get('get_server_capabilities');
    assert.deepEqual(body['supported_models'], [
      { model_name: baseModel, max_context_length: 2048, trainable: true, sampleable: true },
    ]);
  });

  void test('refuses an unknown base model and names the one it has', async () => {
    const session_id = await api.session();
    const body = { session_id, model_seq_id: 0, base_model: 'Qwen/Qwen3-8B', lora_config: { rank: 4 } };
    const answer = await api.post('create_model', body);
    assert.equal(answer.status, 400);
    assert.match(String(answer.body['detail']), /headrace\/random-qwen3/);
  });

  void test('gives protobuf and JSON requests the same log-probabilities, and a fresh adapter those of the base', async () => {
    const [a, b] = [await api.model(1), await api.model(2)];
    const texts = ['The quick brown fox', 'jumps'];
    const json = await api.run('forward_backward', forwardBackward(a.modelId, 1, texts));
    const data = texts.map((text) => {
      const { model_input, loss_fn_inputs } = datum(text);
      return {
        tokens: model_input.chunks.flatMap(({ tokens }) => tokens),
        lossInputs: {
          target_tokens: { dtype: 'int64', data: loss_fn_inputs.target_tokens.data },
          weights: { dtype: 'float32', data: loss_fn_inputs.weights.data },
        },
      } as const;
    });
    const body = encodeForwardBackward({
      modelId: b.modelId,
      seqId: 1,
      data,
      lossFn: 'cross_entropy',
      forwardOnly: false,
    });
    const submitted = await api.post('forward_backward', body);
    assert.equal(submitted.status, 200);
    const request_id = submitted.body['request_id'];
    const path = '/api/v1/retrieve_future';
    const proto = await api.request('POST', path, { request_id }, { accept: 'application/x-protobuf' });
    const decoded = decodeForwardBackwardOutput(proto.bytes);
    assert.deepEqual(
      decoded.outputs.map((fields) => Array.from(fields['logprobs'] ?? [])),
      logprobsOf(json),
    );
    assert.deepEqual(
      logprobsOf(json).map(({ length }) => length),
      [18, 4],
    );
  });

  void test('trains: the loss of forward falls when gradients are applied', async () => {
    const { modelId } = await api.model();
    const texts = ['Tell me a story about water.', 'The river runs to the mill.'];
    const losses: number[] = [];
    for (let step = 0; step < 8; step += 1) {
      const result = await api.run('forward_backward', forwardBackward(modelId, 2 * step + 1, texts));
      losses.push(sum(logprobsOf(result)));
      await api.run('optim_step', optimStep(modelId, 2 * step + 2, 0.02));
    }
    const { forward_backward_input: forward_input } = forwardBackward(modelId, 17, texts);
    const last = await api.run('forward', { model_id: modelId, seq_id: 17, forward_input });
    assert.ok((losses[0] ?? 0) + 40 < sum(logprobsOf(last)), losses.join(' '));
  });

  void test('answers heartbeats while it computes', async () => {
    const { sessionId, modelId } = await api.model();
    const texts = Array.from({ length: 40 }, (_, i) => 'a long line of text '.repeat(20 + (i % 3)));
    const { body } = await api.post('forward_backward', forwardBackward(modelId, 1, texts));
    assert.equal((await api.post('session_heartbeat', { session_id: sessionId })).status, 200);
    const log = await api.request(
      'GET',
      `/dev/log?model_id=${encodeURIComponent(modelId)}&op=forward_backward`,
    );
    assert.deepEqual(log.body['operations'], []);
    assert.equal(logprobsOf(await api.result(String(body['request_id']))).length, 40);
  });

  void test('adds up gradients until the optimiser step', async () => {
    const [a, b] = [await api.model(5), await api.model(5)];
    await api.run('forward_backward', forwardBackward(a.modelId, 1, ['first text', 'other text']));
    await api.run('forward_backward', forwardBackward(b.modelId, 1, ['first text']));
    await api.run('forward_backward', forwardBackward(b.modelId, 2, ['other text']));
    const whole = await api.run('optim_step', optimStep(a.modelId, 2));
    const parts = await api.run('optim_step', optimStep(b.modelId, 3));
    assert.ok(Math.abs(gradNorm(whole) - gradNorm(parts)) < 1e-5 * gradNorm(whole));
  });

  void test('a save that is refused for its sequence id does not take its name', async () => {
    const { modelId } = await api.model();
    await api.run('optim_step', optimStep(modelId, 1));
    const save = (seq_id: number) => ({ model_id: modelId, seq_id, path: 'free' });
    const refused = await api.post('save_weights', save(1));
    assert.equal(refused.status, 409);
    assert.match(String(refused.body['detail']), /sequence number was reused/);
    const saved = await api.run('save_weights', save(2));
    assert.equal(saved['path'], `tinker://${modelId}/weights/free`);
  });

  void test('a resent save whose checkpoint was deleted gets its first answer and does not take the name again', async () => {
    const { modelId } = await api.model();
    const first = { model_id: modelId, seq_id: 1, path: 'again' };
    const answer = await api.post('save_weights', first);
    await api.result(String(answer.body['request_id']));
    assert.equal((await api.post('save_weights', first)).status, 409);
    const path = `/api/v1/training_runs/${modelId}/checkpoints/weights/again`;
    assert.equal((await api.request('DELETE', path)).status, 204);
    const resent = await api.post('save_weights', first);
    assert.equal(resent.body['request_id'], answer.body['request_id']);
    await api.run('save_weights', { ...first, seq_id: 2 });
  });

  void test('runs requests in the order of their sequence ids and blocks at a hole', async () => {
    const { modelId } = await api.model();
    const ids: string[] = [];
    for (const seq of [3, 2])
      ids.push(String((await api.post('optim_step', optimStep(modelId, seq))).body['request_id']));
    const executed = async () => {
      const { body } = await api.request(
        'GET',
        `/dev/log?model_id=${encodeURIComponent(modelId)}&op=optim_step`,
      );
      return (body['operations'] as readonly { readonly seqId: number }[]).map(({ seqId }) => seqId);
    };
    assert.deepEqual(await executed(), []);
    await api.run('forward_backward', forwardBackward(modelId, 1, ['abc']));
    for (const id of ids) await api.result(id);
    assert.deepEqual(await executed(), [2, 3]);
  });

  void test('does an equal resend once and refuses a changed one with 409', async () => {
    const { modelId } = await api.model();
    const first = await api.post('optim_step', optimStep(modelId, 1));
    assert.deepEqual((await api.post('optim_step', optimStep(modelId, 1))).body, first.body);
    assert.equal((await api.post('optim_step', optimStep(modelId, 1, 0.5))).status, 409);
  });

  void test('takes checkpoint names and TTLs within the rules only', async () => {
    const { modelId } = await api.model();
    const save = (path: string, ttl_seconds?: number) =>
      api.post('save_weights', { model_id: modelId, seq_id: 1, path, ttl_seconds });
    for (const path of ['a/b', '/tmp/x', 'a b', 'step.10', '', 'x'.repeat(256), 'ünï'])
      assert.equal((await save(path)).status, 422, path);
    for (const ttl of [0, 3599, 400_000_000]) assert.equal((await save('fine', ttl)).status, 422);
    assert.equal((await save('x'.repeat(255), 3600)).status, 200);
  });

  void test('refuses a used name with 409 without overwrite', async () => {
    const { modelId } = await api.model();
    const save = (seq_id: number, overwrite: boolean, tag: string) =>
      api.post('save_weights', {
        model_id: modelId,
        seq_id,
        path: 'same',
        overwrite,
        user_metadata: { tag },
      });
    const { body } = await save(1, false, 'one');
    assert.equal((await api.result(String(body['request_id'])))['path'], `tinker://${modelId}/weights/same`);
    const refused = await save(2, false, 'two');
    assert.equal(refused.status, 409);
    assert.match(String(refused.body['detail']), /^Checkpoint with the same name already exists/);
    await api.result(String((await save(2, true, 'two')).body['request_id']));
    const listed = (await api.get(`training_runs/${modelId}/checkpoints`)).body['checkpoints'];
    assert.deepEqual(
      (listed as readonly { readonly user_metadata: unknown }[]).map(({ user_metadata }) => user_metadata),
      [{ tag: 'two' }],
    );
  });

  void test('removes a checkpoint when its TTL is over, and when it is deleted', async () => {
    const { modelId } = await api.model();
    for (const [index, path] of ['short', 'kept', 'deleted'].entries())
      await api.run('save_weights', { model_id: modelId, seq_id: index + 1, path, ttl_seconds: 3600 });
    const at = `training_runs/${modelId}/checkpoints/weights`;
    const ttl = (ttl_seconds: unknown) => api.request('PUT', `/api/v1/${at}/kept/ttl`, { ttl_seconds });
    assert.equal((await ttl(10)).status, 422);
    assert.equal((await ttl(null)).status, 204);
    // As the Python SDK does it: a content type, and no body.
    const json = { 'content-type': 'application/json' };
    const deleted = await api.request('DELETE', `/api/v1/${at}/deleted`, undefined, json);
    assert.equal(deleted.status, 204);
    assert.equal((await api.request('POST', '/dev/clock', { advanceSeconds: 3601 })).status, 204);
    const info = (name: string) =>
      api.post('weights_info', { tinker_path: `tinker://${modelId}/weights/${name}` });
    assert.equal((await info('short')).status, 404);
    assert.equal((await info('deleted')).status, 404);
    assert.deepEqual((await info('kept')).body, {
      base_model: baseModel,
      is_lora: true,
      lora_rank: 4,
      train_attn: true,
      train_mlp: true,
      train_unembed: true,
    });
  });

  void test('lets weights be loaded only by the first request of a model', async () => {
    const { modelId } = await api.model();
    await api.run('save_weights', { model_id: modelId, seq_id: 1, path: 'state' });
    const path = `tinker://${modelId}/weights/state`;
    assert.equal((await api.post('load_weights', { model_id: modelId, seq_id: 2, path })).status, 400);
    const other = await api.model();
    const loaded = await api.run('load_weights', {
      model_id: other.modelId,
      seq_id: 1,
      path,
      optimizer: true,
    });
    assert.equal(loaded['path'], path);
  });

  void test('reports a request about tokens that it does not have as a failure of the user', async () => {
    const { modelId } = await api.model();
    const body = forwardBackward(modelId, 1, ['ab']);
    const [first] = body.forward_backward_input.data;
    first?.model_input.chunks[0]?.tokens.splice(0, 1, 5000);
    const submitted = await api.post('forward_backward', body);
    const result = await api.result(String(submitted.body['request_id']));
    assert.equal(result['category'], 'user');
    assert.match(String(result['error']), /token 5000/);
  });

  void test('answers a finished session with 410, and an unknown one with 404', async () => {
    const { sessionId, modelId } = await api.model();
    const finish = { reason: { type: 'success' }, detail: null };
    assert.equal((await api.post(`sessions/${sessionId}/finish`, finish)).status, 204);
    assert.equal((await api.post('session_heartbeat', { session_id: sessionId })).status, 410);
    assert.equal((await api.post('optim_step', optimStep(modelId, 1))).status, 410);
    assert.equal((await api.post('session_heartbeat', { session_id: 'nobody' })).status, 404);
  });

  void test('answers an unknown request id with 410', async () => {
    assert.equal((await api.post('retrieve_future', { request_id: 'nothing' })).status, 410);
  });

  void test('plays faults on request: statuses, and connections cut before or after the work', async () => {
    const { modelId } = await api.model();
    const fault = (body: unknown) => api.request('POST', '/dev/faults', body);
    await fault({ path: 'optim_step', status: 503, times: 2 });
    assert.equal((await api.post('optim_step', optimStep(modelId, 1))).status, 503);
    assert.equal((await api.post('optim_step', optimStep(modelId, 1))).status, 503);
    await fault({ path: 'optim_step', drop: 'before' });
    await assert.rejects(api.post('optim_step', optimStep(modelId, 1)));
    await fault({ path: 'optim_step', drop: 'after' });
    await assert.rejects(api.post('optim_step', optimStep(modelId, 1)));
    await api.run('optim_step', optimStep(modelId, 1));
    const { body } = await api.request(
      'GET',
      `/dev/log?model_id=${encodeURIComponent(modelId)}&op=optim_step`,
    );
    assert.equal((body['operations'] as readonly unknown[]).length, 1);
  });

  void test('plays faults on the fields of a body, of JSON and of protobuf', async () => {
    const { modelId } = await api.model();
    const fault = (body: unknown) => api.request('POST', '/dev/faults', body);
    const fresh = await api.run('forward_backward', forwardBackward(modelId, 1, ['abc']));
    await fault({ path: 'optim_step', set: { adam_params: { learning_rate: 0 } } });
    await api.run('optim_step', optimStep(modelId, 2));
    const unmoved = await api.run('forward_backward', forwardBackward(modelId, 3, ['abc']));
    assert.deepEqual(logprobsOf(unmoved), logprobsOf(fresh));
    await api.run('optim_step', optimStep(modelId, 4, 0));
    await fault({ path: 'forward_backward', set: { forward_only: true } });
    const data = [crossEntropyDatum([97, 98], [98, 99], [1, 1])];
    const proto = { modelId, seqId: 5, data, lossFn: 'cross_entropy', forwardOnly: false };
    const { status } = await api.post('forward_backward', encodeForwardBackward(proto));
    assert.equal(status, 200);
    const { metrics } = await api.run('optim_step', optimStep(modelId, 6));
    assert.deepEqual(metrics, { grad_norm: 0, learning_rate: 0.01 });
  });
});

void test('a session without heartbeat lapses and its model is gone', async () => {
  const { api, server } = await startRandomServer({ sessionLapseSeconds: 0.2 });
  try {
    const session_id = await api.session();
    for (;;) {
      const { status, body } = await api.post('create_model', {
        session_id,
        model_seq_id: 0,
        base_model: baseModel,
        lora_config: { rank: 4 },
      });
      if (status === 200) continue;
      assert.equal(status, 410);
      assert.match(String(body['detail']), /lapsed/);
      break;
    }
    assert.equal((await api.post('optim_step', optimStep(`${session_id}:train:0`, 1))).status, 410);
  } finally {
    await server.close();
  }
});

function sum(logprobs: readonly (readonly number[])[]): number {
  return logprobs.flat().reduce((total, value) => total + value, 0);
}

function gradNorm(result: Readonly<Record<string, unknown>>): number {
  return (result['metrics'] as { readonly grad_norm: number }).grad_norm;
}
