import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { z } from 'zod';
import {
  baseModel,
  forwardBackward,
  optimStep,
  startRandomServer,
  type Answer,
  type Api,
  type RandomServer,
} from './client.js';

const Result = z.object({
  sequences: z.array(
    z.object({
      stop_reason: z.enum(['stop', 'length']),
      tokens: z.array(z.number()),
      logprobs: z.array(z.number()),
    }),
  ),
  prompt_logprobs: z.array(z.number().nullable()).optional(),
});

void describe('sampling from the local Tinker server', () => {
  let random: RandomServer;
  let api: Api;
  let sampler: string;
  let seqId = -1;
  const nextSeqId = (): number => {
    seqId += 1;
    return seqId;
  };
  before(async () => {
    random = await startRandomServer();
    api = random.api;
    const body = { session_id: await api.session(), sampling_session_seq_id: 0, base_model: baseModel };
    sampler = String((await api.post('create_sampling_session', body)).body['sampling_session_id']);
  });
  after(async () => random.server.close());

  const request = (params: Answer, more: Answer = {}) => ({
    sampling_session_id: sampler,
    seq_id: nextSeqId(),
    num_samples: 1,
    prompt: { chunks: [{ type: 'encoded_text', tokens: [72, 101, 108, 108, 111] }] },
    sampling_params: { max_tokens: 12, ...params },
    ...more,
  });
  const sample = async (params: Answer, more: Answer = {}) =>
    Result.parse(await api.run('asample', request(params, more)));

  void test('gives greedy answers that are always the same', async () => {
    const [first, again] = [await sample({ temperature: 0 }), await sample({ temperature: 0, seed: 99 })];
    assert.deepEqual(first, again);
    assert.equal(first.sequences[0]?.tokens.length, 12);
  });

  void test('draws the same samples from the same seed, and different ones from another', async () => {
    const draw = async (seed: number) => (await sample({ seed }, { num_samples: 3 })).sequences;
    const first = await draw(1);
    assert.deepEqual(await draw(1), first);
    assert.notDeepEqual(await draw(2), first);
    assert.notDeepEqual(first[0]?.tokens, first[1]?.tokens);
  });

  void test('stops after a stop token or string, which stays in the answer', async () => {
    const { tokens = [] } = (await sample({ temperature: 0, stop: [] })).sequences[0] ?? {};
    const [, , third = 0] = tokens;
    const byToken = (await sample({ temperature: 0, stop: [third] })).sequences[0];
    assert.equal(byToken?.stop_reason, 'stop');
    assert.deepEqual(byToken.tokens, tokens.slice(0, tokens.indexOf(third) + 1));
    const sampled = (await sample({ seed: 5, temperature: 1 }, {})).sequences[0]?.tokens ?? [];
    const letter = sampled.find((token) => token > 32 && token < 127);
    if (letter === undefined) throw new Error('The seed gives no printable byte; choose another');
    const byString = (await sample({ seed: 5, temperature: 1, stop: String.fromCharCode(letter) }))
      .sequences[0];
    assert.deepEqual(byString?.tokens, sampled.slice(0, sampled.indexOf(letter) + 1));
  });

  void test('gives log-probabilities of the prompt, the first of which is null', async () => {
    const { prompt_logprobs: logprobs = [] } = await sample({}, { prompt_logprobs: true });
    assert.equal(logprobs.length, 5);
    assert.equal(logprobs[0], null);
    assert.ok(logprobs.slice(1).every((value) => value !== null && value < 0));
  });

  void test('refuses top-k log-probabilities with a reason', async () => {
    const answer = await api.post('asample', request({}, { topk_prompt_logprobs: 5 }));
    assert.equal(answer.status, 422);
    assert.match(JSON.stringify(answer.body), /top-k/);
  });

  void test('names every sample and draws a resent request once', async () => {
    const body = request({}, { num_samples: 2 });
    const first = await api.post('asample', body);
    assert.deepEqual((await api.post('asample', body)).body, first.body);
    assert.deepEqual(first.body['sample_sequence_ids'], [
      `${sampler}:${body.seq_id}:0`,
      `${sampler}:${body.seq_id}:1`,
    ]);
    assert.equal((await api.post('asample', { ...body, num_samples: 3 })).status, 409);
  });

  void test('samples named and ephemeral sampler weights alike, and differently from the base', async () => {
    const { sessionId, modelId } = await api.model();
    await api.run('forward_backward', forwardBackward(modelId, 1, ['Hello world, hello all']));
    await api.run('optim_step', optimStep(modelId, 2, 0.1));
    const saved = await api.run('save_weights_for_sampler', { model_id: modelId, seq_id: 3, path: 'named' });
    const save = { model_id: modelId, seq_id: 4, sampling_session_seq_id: 7 };
    const { sampling_session_id: ephemeral } = await api.run('save_weights_for_sampler', save);
    assert.equal(ephemeral, `${sessionId}:sample:7`);
    const open = { session_id: sessionId, sampling_session_seq_id: 8, model_path: saved['path'] };
    const named = (await api.post('create_sampling_session', open)).body['sampling_session_id'];
    assert.deepEqual((await api.get(`samplers/${String(named)}`)).body, {
      sampler_id: named,
      base_model: baseModel,
      model_path: saved['path'],
    });
    const answers = [named, ephemeral, sampler].map((sampling_session_id) =>
      sample({ temperature: 0 }, { sampling_session_id }),
    );
    const [byName, bySnapshot, byBase] = await Promise.all(answers);
    assert.deepEqual(byName, bySnapshot);
    assert.notDeepEqual(byName, byBase);
  });

  void test('takes no training state for sampling', async () => {
    const { sessionId, modelId } = await api.model();
    const { path } = await api.run('save_weights', { model_id: modelId, seq_id: 1, path: 'state' });
    const open = { session_id: sessionId, sampling_session_seq_id: 0, model_path: path };
    assert.equal((await api.post('create_sampling_session', open)).status, 400);
  });
});
