import assert from 'node:assert/strict';
import { test } from 'node:test';
import { writeRandomModel } from '../../../dev/tinker/model/random-model.js';
import { startTinkerServer } from '../../../dev/tinker/server/index.js';
import { connectTinker, crossEntropyDatum } from '../../../tinker/index.js';
import { temporaryFolder } from '../../support/folder.js';

void test('a simulated server answers in the right shapes, one operation after another, and identifies itself as simulated', async () => {
  const modelDir = await temporaryFolder();
  await writeRandomModel(modelDir);
  const said: string[] = [];
  const server = await startTinkerServer({
    modelDir,
    stateDir: await temporaryFolder(),
    simulated: { latencyMs: 5 },
    log: (line) => said.push(line),
  });
  try {
    assert.match(said.join(), /^SIMULATED \(5 ms an operation, no maths\)/);
    const warnings: string[] = [];
    const onWarning = (message: string): void => void warnings.push(message);
    const tinker = await connectTinker({ baseUrl: server.url, apiKey: 'tml-test', env: {}, onWarning });
    const { extra } = await tinker.capabilities();
    assert.match(JSON.stringify(extra), /"simulated":\{"latency_ms":5\}/);
    const session = await tinker.openSession();
    assert.match(warnings.join(), /SIMULATED/);
    const client = await session.createLoraTrainingClient({ baseModel: 'headrace/random-qwen3', rank: 2 });
    const datum = crossEntropyDatum([1, 2, 3], [2, 3, 4], [0, 0.5, 0.5]);
    const forward = client.forwardBackward([datum, datum], 'cross_entropy');
    await client.optimStep({ learningRate: 1e-2 }).result;
    const { outputs } = await forward.result;
    assert.deepEqual(
      outputs.map((each) => each['logprobs']?.length),
      [3, 3],
    );
    const path = await client.saveState('a').result;
    await session.createFromState(path, { optimizer: true });
    await session.finish('success');
    const body = (await (await fetch(`${server.url}/dev/simulation`)).json()) as {
      operations: { method: string; startMs: number; endMs: number }[];
    };
    assert.deepEqual(
      body.operations.map(({ method }) => method),
      ['createModel', 'forwardBackward', 'optimStep', 'exportState', 'loadModel'],
    );
    for (const [index, { startMs }] of body.operations.entries())
      assert.ok(index === 0 || startMs >= (body.operations[index - 1]?.endMs ?? Infinity));
  } finally {
    await server.close();
  }
});
