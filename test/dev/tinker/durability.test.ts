import assert from 'node:assert/strict';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { writeRandomModel } from '../../../dev/tinker/model/random-model.js';
import { CheckpointStore } from '../../../dev/tinker/server/checkpoints/checkpoint-store.js';
import { startTinkerServer } from '../../../dev/tinker/server/index.js';
import {
  Api,
  forwardBackward,
  kill,
  logprobsOf,
  optimStep,
  spawnServer,
  startRandomServer,
} from './client.js';
import { temporaryFolder } from '../../support/folder.js';

const texts = [
  'Where is the station?',
  'It is two streets away.',
  'Thank you!',
  'The last train leaves at nine.',
];

/**
 * Steps [from, to), each one forward_backward and one optim_step; returns every log-probability that came
 * back.
 */
async function train(api: Api, modelId: string, from: number, to: number, firstSeq: number) {
  const seen: (readonly (readonly number[])[])[] = [];
  for (let step = from; step < to; step += 1) {
    const seq = firstSeq + 2 * (step - from);
    const batch = [texts[step % 4] ?? '', texts[(step + 1) % 4] ?? ''];
    const [loss, optim] = [
      await api.post('forward_backward', forwardBackward(modelId, seq, batch)),
      await api.post('optim_step', optimStep(modelId, seq + 1)),
    ];
    seen.push(logprobsOf(await api.result(String(loss.body['request_id']))));
    await api.result(String(optim.body['request_id']));
  }
  return seen;
}

void test('after kill -9 a training goes on from its state bit for bit as if nothing had happened', async () => {
  const dir = await temporaryFolder();
  const modelDir = join(dir, 'model');
  await writeRandomModel(modelDir);

  const undisturbed = await spawnServer(modelDir, join(dir, 'undisturbed'));
  const whole = new Api(undisturbed.url);
  const { modelId: reference } = await whole.model(7);
  const expected = await train(whole, reference, 0, 6, 1);
  await whole.run('save_weights', { model_id: reference, seq_id: 13, path: 'end' });
  await kill(undisturbed.child);

  const first = await spawnServer(modelDir, join(dir, 'killed'));
  const before = new Api(first.url);
  const { sessionId, modelId } = await before.model(7);
  const early = await train(before, modelId, 0, 3, 1);
  const saved = await before.run('save_weights', {
    model_id: modelId,
    seq_id: 7,
    path: 'third',
    ttl_seconds: 3600,
  });
  await before.run('save_weights_for_sampler', { model_id: modelId, seq_id: 8, path: 'third' });
  await train(before, modelId, 3, 4, 9);
  await kill(first.child);

  const second = await spawnServer(modelDir, join(dir, 'killed'));
  try {
    assert.deepEqual([second.serverId, second.url], [first.serverId, first.url]);
    const api = new Api(second.url);
    assert.equal((await api.post('optim_step', optimStep(modelId, 11))).status, 404);
    assert.equal((await api.post('session_heartbeat', { session_id: sessionId })).status, 404);
    const { body } = await api.get('checkpoints');
    const listed = body['checkpoints'] as readonly { readonly checkpoint_id: string }[];
    assert.deepEqual(listed.map(({ checkpoint_id }) => checkpoint_id).sort(), [
      'sampler_weights/third',
      'weights/third',
    ]);

    const path = String(saved['path']);
    const session_id = await api.session();
    const loaded = await api.run('load_weights', { session_id, model_seq_id: 0, path, optimizer: true });
    const resumed = String(loaded['model_id']);
    assert.equal(resumed, `${session_id}:train:0`);
    const late = await train(api, resumed, 3, 6, 1);
    assert.deepEqual([...early, ...late], expected);
    await api.run('save_weights', { model_id: resumed, seq_id: 7, path: 'end' });
    assert.deepEqual(await weightsOf(dir, 'killed', resumed), await weightsOf(dir, 'undisturbed', reference));

    const fresh = await api.run('load_weights', { session_id, model_seq_id: 1, path, optimizer: false });
    const withoutMoments = await train(api, String(fresh['model_id']), 3, 6, 1);
    assert.deepEqual(withoutMoments[0], late[0]);
    assert.notDeepEqual(withoutMoments[2], late[2]);
  } finally {
    await kill(second.child);
  }
});

/** Bytes of the data file of a run's checkpoint `end`. */
async function weightsOf(dir: string, state: string, runId: string): Promise<Uint8Array> {
  const store = await CheckpointStore.open(join(dir, state), Date.now);
  return (await store.readData(store.get({ runId, kind: 'weights', name: 'end' }))).bytes;
}

void test('what a crash left half written is no checkpoint, and is cleared away', async () => {
  const { server, api, stateDir, modelDir } = await startRandomServer();
  const { modelId } = await api.model();
  await api.run('save_weights', { model_id: modelId, seq_id: 1, path: 'whole' });
  await server.close();
  const run = join(stateDir, 'runs', modelId.replaceAll(':', '.'), 'weights');
  await writeFile(join(run, 'half.safetensors'), 'data without a record');
  await writeFile(join(run, 'record.json.abc.tmp'), '{"runId":');
  const again = await startRandomServer({ modelDir, stateDir });
  try {
    const { body } = await again.api.get(`training_runs/${modelId}/checkpoints`);
    assert.equal((body['checkpoints'] as readonly unknown[]).length, 1);
    assert.equal((await readdir(run)).length, 2);
  } finally {
    await again.server.close();
  }
});

void test('a second server on the same state folder is refused, and says why', async () => {
  const { server, stateDir, modelDir } = await startRandomServer();
  try {
    await assert.rejects(startTinkerServer({ modelDir, stateDir }), /another server running on .*state/);
  } finally {
    await server.close();
  }
});
