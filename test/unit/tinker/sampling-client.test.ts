import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connectTinker } from '../../../tinker/index.js';
import { fakeClock } from './fake-clock.js';
import { startFakeServer } from './fake-server.js';

void test('log-probabilities of a prompt are one a token, also where a server leaves out that of the first', async () => {
  let prompt_logprobs: (number | null)[] = [];
  const server = await startFakeServer(({ path }) => {
    if (path === 'create_session') return { body: { session_id: 'one' } };
    if (path === 'create_sampling_session') return { body: { sampling_session_id: 'sampler' } };
    if (path === 'asample') return { body: { request_id: 'r' } };
    const sequences = [{ stop_reason: 'length', tokens: [7], logprobs: [-1] }];
    return { body: path === 'retrieve_future' ? { type: 'sample', sequences, prompt_logprobs } : {} };
  });
  try {
    const tinker = await connectTinker({ baseUrl: server.url, apiKey: 'tml-x', env: {} });
    const session = await tinker.openSession();
    const client = await session.createSamplingClient({ baseModel: 'base' });
    const given = async (logprobs: (number | null)[]): Promise<readonly (number | null)[]> => {
      prompt_logprobs = logprobs;
      return await client.computeLogprobs([1, 2, 3]);
    };
    assert.deepEqual(await given([null, -1, -2]), [null, -1, -2]);
    assert.deepEqual(await given([-1, -2]), [null, -1, -2]);
    await assert.rejects(given([-1]), { kind: 'protocol' });
    await session.finish('success');
  } finally {
    await server.close();
  }
});

void test('a sample that the server has lost is requested again with a new id, three times; a prompt without tokens never', async () => {
  let lost = 2;
  const asked: unknown[] = [];
  const server = await startFakeServer(({ path, json }) => {
    if (path === 'create_session') return { body: { session_id: 'one' } };
    if (path === 'create_sampling_session') return { body: { sampling_session_id: 'sampler' } };
    if (path === 'asample') {
      asked.push((json as { seq_id: number }).seq_id);
      return { body: { request_id: 'r' } };
    }
    if (path !== 'retrieve_future') return { body: {} };
    if ((lost -= 1) >= 0) return { status: 410, body: { detail: 'promise broken' } };
    return { body: { type: 'sample', sequences: [{ stop_reason: 'stop', tokens: [7], logprobs: [-0.5] }] } };
  });
  try {
    const tinker = await connectTinker({ baseUrl: server.url, apiKey: 'tml-x', env: {}, clock: fakeClock() });
    const session = await tinker.openSession();
    const client = await session.createSamplingClient({ baseModel: 'base' });
    await assert.rejects(client.sample({ promptTokens: [], maxTokens: 1 }), { kind: 'invalid' });
    const { sequences } = await client.sample({ promptTokens: [1], maxTokens: 1 });
    assert.deepEqual(sequences, [{ tokens: [7], logprobs: [-0.5], stopReason: 'stop' }]);
    assert.deepEqual(asked, [0, 1, 2]);
    lost = 9;
    await assert.rejects(client.sample({ promptTokens: [1], maxTokens: 1 }), { kind: 'expired' });
    assert.deepEqual(asked, [0, 1, 2, 3, 4, 5, 6]);
    await session.finish('success');
  } finally {
    await server.close();
  }
});
