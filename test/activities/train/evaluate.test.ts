import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { HeldoutLoss } from '../../../core/contracts/evaluation.js';
import { connectTinker } from '../../../tinker/index.js';
import { sampleFrom } from '../../../client/tinker/sample-from.js';
import { quietWork, recordedWork } from '../../support/work.js';
import { key, startServer, type Server } from '../../support/tinker-server.js';
import { activities, linesIn, prepare, segment } from '../../support/training.js';

let server: Server;
before(async () => {
  server = await startServer();
});
after(() => server.close());

void test('training lowers the held-out loss, every evaluation is a line in step order, and none is made twice', async () => {
  const prepared = await prepare(server, { epochs: 5 });
  const worker = activities(server, prepared.store);
  const input = { plan: prepared.training.plan, mix: prepared.mix, out: prepared.out };
  const work = recordedWork();
  const base = await worker.evaluate({ ...input, checkpoint: null }, work);
  assert.equal(base.heldoutRows, 3);
  assert.deepEqual([base.step, base.label], [0, 'base']);
  assert.ok(lossOf(base.heldoutNll) > 5);
  assert.deepEqual(Object.keys(base.heldoutNllBySource), ['even', 'odd']);
  assert.equal(base.answers[0]?.prompt, 'Tell of snow');
  assert.ok(JSON.stringify(work.reported[0]?.resume).includes('sessionId'));

  const first = await segment(worker, prepared, null, 10);
  const last = await segment(worker, prepared, first, 20);
  const after20 = await worker.evaluate({ ...input, checkpoint: last }, quietWork());
  const after10 = await worker.evaluate({ ...input, checkpoint: first }, quietWork());
  assert.ok(lossOf(after20.heldoutNll) < lossOf(after10.heldoutNll));
  assert.ok(lossOf(after10.heldoutNll) < lossOf(base.heldoutNll));

  const sampled = (await server.operations('sample')).length;
  assert.deepEqual(await worker.evaluate({ ...input, checkpoint: last }, quietWork()), after20);
  assert.equal((await server.operations('sample')).length, sampled);
  const lines = (await linesIn(prepared.out, 'samples.jsonl')) as {
    step: number;
    label: string;
    heldout_nll: number;
  }[];
  assert.deepEqual(
    lines.map(({ step, label, heldout_nll }) => [step, label, heldout_nll]),
    [base, after10, after20].map(({ step, label, heldoutNll }) => [step, label, heldoutNll]),
  );
  await worker.close();
});

void test('checkpoints without an evaluation are found while the server has their weights', async () => {
  const prepared = await prepare(server, { prompts: ['Who measured?'] });
  const worker = activities(server, prepared.store);
  const input = { plan: prepared.training.plan, mix: prepared.mix, out: prepared.out };
  const tinker = await connectTinker({ baseUrl: server.url, apiKey: key, env: {} });
  const unmeasured = async (): Promise<readonly string[]> => {
    const found = await worker.findRecords({ plan: input.plan, out: input.out }, quietWork());
    return found.unmeasured.map(({ label }) => label);
  };
  assert.deepEqual(await unmeasured(), []);
  const first = await segment(worker, prepared, null, 2);
  const second = await segment(worker, prepared, first, 4);
  const third = await segment(worker, prepared, second, 6);
  assert.deepEqual(await unmeasured(), [first.label, second.label, third.label]);
  await worker.evaluate({ ...input, checkpoint: second }, quietWork());
  await tinker.deleteCheckpoint(third.samplerPath);
  assert.deepEqual(await unmeasured(), [first.label, third.label]);
  await tinker.deleteCheckpoint(first.samplerPath);
  await tinker.deleteCheckpoint(first.statePath);
  assert.deepEqual(await unmeasured(), [third.label]);
  // The final checkpoint is measured in any case.
  await segment(worker, prepared, third, 8);
  assert.deepEqual(await unmeasured(), [third.label]);
  await worker.close();
});

void test('the held-out loss of a source is the mean over its own trained tokens', async () => {
  const prepared = await prepare(server);
  const { heldoutNll, heldoutNllBySource } = await activities(server, prepared.store).evaluate(
    { plan: prepared.training.plan, mix: prepared.mix, out: prepared.out, checkpoint: null },
    quietWork(),
  );
  // One byte is a token: "The … is old." and the end token of the answers about tower, song (even) and boat
  // (odd).
  const even = 'The tower is old.'.length + 'The song is old.'.length + 2;
  const odd = 'The boat is old.'.length + 1;
  const mixed =
    (lossOf(heldoutNllBySource['even']) * even + lossOf(heldoutNllBySource['odd']) * odd) / (even + odd);
  assert.ok(Math.abs(lossOf(heldoutNll) - mixed) < 1e-9);
});

void test('a checkpoint whose sampler weights have expired is measured by its state, to the same numbers', async () => {
  const prepared = await prepare(server, { prompts: ['What is left?'] });
  const worker = activities(server, prepared.store);
  const input = { plan: prepared.training.plan, mix: prepared.mix, out: prepared.out };
  const record = await segment(worker, prepared, null, 3);
  const tinker = await connectTinker({ baseUrl: server.url, apiKey: key, env: {} });
  await tinker.deleteCheckpoint(record.samplerPath);
  const measured = await worker.evaluate({ ...input, checkpoint: record }, quietWork());

  const other = await prepare(server, { prompts: ['What is left?'] });
  const next = activities(server, other.store);
  const whole = await segment(next, other, null, 3);
  const expected = await next.evaluate(
    { plan: other.training.plan, mix: other.mix, out: other.out, checkpoint: whole },
    quietWork(),
  );
  assert.deepEqual(
    [measured.heldoutNll, measured.heldoutNllBySource, measured.answers],
    [expected.heldoutNll, expected.heldoutNllBySource, expected.answers],
  );
  assert.equal(measured.label, record.label);

  await tinker.deleteCheckpoint(record.statePath);
  const again = await prepare(server, { prompts: ['And now?'] }, prepared);
  await assert.rejects(
    worker.evaluate(
      { plan: again.training.plan, mix: again.mix, out: again.out, checkpoint: record },
      quietWork(),
    ),
    { type: 'TinkerRequestError' },
  );
  await worker.close();
  await next.close();
});

void test('a held-out loss that is not a number is an answer: diverged, stored once, and later checkpoints are measured', async () => {
  const prepared = await prepare(server, { learning_rate: 1e30, prompts: ['Are you there?'] });
  const worker = activities(server, prepared.store);
  const input = { plan: prepared.training.plan, mix: prepared.mix, out: prepared.out };
  const diverged = await segment(worker, prepared, null, 1);
  const measured = await worker.evaluate({ ...input, checkpoint: diverged }, quietWork());
  assert.equal(measured.heldoutNll, 'diverged');
  assert.deepEqual(measured.heldoutNllBySource, { even: 'diverged', odd: 'diverged' });
  assert.equal(measured.heldoutRows, 3);

  const sampled = (await server.operations('sample')).length;
  assert.deepEqual(await worker.evaluate({ ...input, checkpoint: diverged }, quietWork()), measured);
  assert.equal((await server.operations('sample')).length, sampled);

  const healthy = await prepare(server, { prompts: ['Are you there?'] }, prepared);
  const { result } = await segment(worker, healthy, null, 1);
  const later = await worker.recordSegment(
    { plan: input.plan, out: input.out, predecessor: diverged, from: 1, result: { ...result, nextStep: 2 } },
    quietWork(),
  );
  const { heldoutNll } = await worker.evaluate({ ...input, checkpoint: later }, quietWork());
  assert.ok(lossOf(heldoutNll) > 0);
  const lines = await linesIn(prepared.out, 'samples.jsonl');
  assert.deepEqual(
    lines.map((line) => omit(line, 'answers', 'heldout_nll_by_source')),
    [
      { step: 1, label: diverged.label, heldout_rows: 3, heldout_nll: null, diverged: true },
      { step: 2, label: later.label, heldout_rows: 3, heldout_nll: heldoutNll },
    ],
  );
  await worker.close();
});

void test('an evaluation that is stopped ends within its reason and leaves nothing', async () => {
  const prepared = await prepare(server, { prompts: ['Nobody asked this'] });
  const reason = new Error('enough');
  const work = quietWork(AbortSignal.abort(reason));
  const input = { plan: prepared.training.plan, mix: prepared.mix, out: prepared.out, checkpoint: null };
  await assert.rejects(activities(server, prepared.store).evaluate(input, work), reason);
  await assert.rejects(linesIn(prepared.out, 'samples.jsonl'), { code: 'ENOENT' });
});

void test('a checkpoint answers a prompt by its path', async () => {
  const prepared = await prepare(server);
  const record = await segment(activities(server, prepared.store), prepared, null, 3);
  const said = await sampleFrom({
    access: server.access,
    from: { samplerPath: record.samplerPath },
    renderer: 'qwen3_instruct',
    messages: [{ role: 'user', content: 'Tell of snow' }],
    maxTokens: 5,
    signal: new AbortController().signal,
  });
  assert.equal(said.baseModel, 'headrace/random-qwen3');
  assert.equal(said.prompt, 'Tell of snow');
  assert.ok(['stop', 'length'].includes(said.stopReason));
  const sampled = (samplerPath: string): Promise<unknown> =>
    sampleFrom({
      access: server.access,
      from: { samplerPath },
      renderer: 'qwen3_instruct',
      messages: [{ role: 'user', content: 'Tell of snow' }],
      signal: new AbortController().signal,
    });
  await assert.rejects(sampled(record.statePath), {
    type: 'UsageError',
    remedy: /state to train on.*sampler_weights/,
  });
  await assert.rejects(sampled('tinker://x/y'), { type: 'UsageError', remedy: /sampler_weights\/<name>/ });
  await assert.rejects(sampled(`${record.samplerPath}-none`), {
    type: 'CheckpointLostError',
    message: /does not have .*-none/,
  });
});

void test('a training that starts from saved weights measures those first, not the base model, and deletes its temporary weights', async () => {
  const first = await prepare(server, { epochs: 4 });
  const worker = activities(server, first.store);
  const state = await segment(worker, first, null, 16);
  const measured = { plan: first.training.plan, mix: first.mix, out: first.out };
  const trained = await worker.evaluate({ ...measured, checkpoint: state }, quietWork());
  const base = await worker.evaluate({ ...measured, checkpoint: null }, quietWork());

  const next = await prepare(server, { from: state.statePath }, first);
  const input = { plan: next.training.plan, mix: next.mix, out: next.out, checkpoint: null };
  const saves = (await server.operations('save_weights_for_sampler')).length;
  const atStart = await worker.evaluate(input, quietWork());
  assert.deepEqual([atStart.step, atStart.label], [0, 'start']);
  assert.equal(atStart.heldoutNll, trained.heldoutNll);
  assert.deepEqual(atStart.answers, trained.answers);
  assert.ok(lossOf(atStart.heldoutNll) < lossOf(base.heldoutNll) - 1);
  const lines = (await linesIn(next.out, 'samples.jsonl')) as { label: string; heldout_nll: number }[];
  assert.deepEqual(
    lines.map(({ label, heldout_nll }) => [label, heldout_nll]),
    [['start', trained.heldoutNll]],
  );
  const temporary = (await server.operations('save_weights_for_sampler'))[saves];
  const tinker = await connectTinker({ baseUrl: server.url, apiKey: key, env: {} });
  assert.deepEqual(await tinker.listCheckpoints(temporary?.modelId ?? ''), []);
  await worker.close();
});

function lossOf(loss: HeldoutLoss | null | undefined): number {
  assert.equal(typeof loss, 'number');
  return Number(loss);
}

function omit(line: unknown, ...keys: readonly string[]): object {
  return Object.fromEntries(Object.entries(line as object).filter(([name]) => !keys.includes(name)));
}
