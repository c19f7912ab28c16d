import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { adamwStep, initAdam, type AdamParams } from '../../../dev/tinker/model/adamw.js';
import { Decoder, logprobOf, mergeLora } from '../../../dev/tinker/model/decoder.js';
import { JaxEngine, startJax, type Example } from '../../../dev/tinker/model/jax-engine.js';
import { initLora, type LoraConfig } from '../../../dev/tinker/model/lora.js';
import { planMicroBatches } from '../../../dev/tinker/model/micro-batches.js';
import { randomBaseModel, randomModelConfig } from '../../../dev/tinker/model/random-model.js';
import { SeededRandom } from '../../../dev/tinker/model/random.js';
import { readSafetensors, writeSafetensors } from '../../../dev/tinker/model/safetensors.js';
import { chooseToken, sample } from '../../../dev/tinker/model/sampler.js';
import { distance, readGolden } from './golden.js';

void describe('the model of the local Tinker server', () => {
  before(startJax);

  for (const name of ['tied', 'untied'] as const)
    void test(`agrees with torch on log-probabilities, gradients and AdamW, embeddings ${name}`, async () => {
      const { golden, model, lora, examples, tensors } = await readGolden(name);
      const engine = new JaxEngine(model);
      const base = engine.uploadLora(lora, initLora(model.config, lora));
      const fresh = await engine.forward(base, examples);
      const params = tensors('start');
      const adam: AdamParams = {
        learningRate: golden.adam.learning_rate,
        beta1: golden.adam.beta1,
        beta2: golden.adam.beta2,
        eps: golden.adam.eps,
        weightDecay: golden.adam.weight_decay,
        gradClipNorm: golden.adam.grad_clip_norm,
      };
      const state = initAdam(params);
      for (let step = 0; step < 3; step += 1) {
        const uploaded = engine.uploadLora(lora, params);
        const { logprobs, lossSum, gradients } = await engine.forwardBackward(uploaded, examples);
        engine.disposeLora(uploaded);
        if (step === 0) {
          for (const [i, { base: expected, adapted }] of golden.examples.entries()) {
            assert.ok(distance(fresh.logprobs[i] ?? [], expected) < 3e-5);
            assert.ok(distance(logprobs[i] ?? [], adapted) < 3e-5);
          }
          for (const [tensor, { data }] of tensors('gradient')) {
            const scale = data.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
            assert.ok(distance(gradients.get(tensor) ?? [], data) < 2e-5 * scale, tensor);
          }
        }
        assert.ok(Math.abs(lossSum - (golden.losses[step] ?? NaN)) < 1e-4);
        const norm = adamwStep(params, gradients, state, adam);
        assert.ok(Math.abs(norm / (golden.gradient_norms[step] ?? NaN) - 1) < 1e-4);
      }
      for (const [tensor, { data }] of tensors('end'))
        assert.ok(distance(params.get(tensor)?.data ?? [], data) < 1e-4, tensor);
    });

  for (const name of ['tied', 'untied'] as const)
    void test(`decodes greedily what transformers generates, embeddings ${name}`, async () => {
      const { golden, model, lora, tensors, examples } = await readGolden(name);
      const params = {
        maxTokens: 24,
        seed: 0,
        temperature: 0,
        topK: -1,
        topP: 1,
        stop: { tokens: [], strings: [] },
      };
      const request = {
        prompt: Int32Array.from(golden.prompt),
        numSamples: 1,
        promptLogprobs: false,
        params,
      };
      const [sequence] = sample(mergeLora(model), request, String).sequences;
      assert.deepEqual([...(sequence?.tokens ?? [])], golden.greedy);
      const adapted = new Decoder(mergeLora(model, lora, tensors('start')), 64);
      const last = examples[2];
      const logprobs = Array.from(last?.tokens ?? [], (token, i) =>
        logprobOf(adapted.next(token), last?.targets[i] ?? 0),
      );
      assert.ok(distance(logprobs, golden.examples[2]?.adapted ?? []) < 3e-5);
    });

  void test('gradients agree with finite differences along a random direction', async () => {
    const model = randomBaseModel({ ...randomModelConfig, tiedEmbeddings: false }, 3);
    const lora: LoraConfig = { rank: 4, seed: 1, trainAttn: true, trainMlp: true, trainUnembed: true };
    const engine = new JaxEngine(model);
    const random = new SeededRandom(9);
    const params = initLora(model.config, lora);
    for (const { data } of params.values())
      for (let i = 0; i < data.length; i += 1) data[i] = 0.1 * random.normal();
    const direction = new Map([...params].map(([name, { data }]) => [name, data.map(() => random.normal())]));
    const examples = [example(random, 30), example(random, 11)];
    const lossAt = async (shift: number) => {
      const moved = new Map(
        [...params].map(([name, { shape, data }]) => [
          name,
          { shape, data: data.map((value, i) => value + shift * (direction.get(name)?.[i] ?? 0)) },
        ]),
      );
      const uploaded = engine.uploadLora(lora, moved);
      const { lossSum } = await engine.forward(uploaded, examples);
      engine.disposeLora(uploaded);
      return lossSum;
    };
    const { gradients } = await engine.forwardBackward(engine.uploadLora(lora, params), examples);
    let slope = 0;
    for (const [name, gradient] of gradients)
      for (const [i, g] of gradient.entries()) slope += g * (direction.get(name)?.[i] ?? 0);
    const step = 2e-4;
    const measured = ((await lossAt(step)) - (await lossAt(-step))) / (2 * step);
    assert.ok(Math.abs(measured - slope) < 0.01 * Math.abs(slope), `${measured} is not ${slope}`);
  });

  void test('cutting a request into micro-batches changes no log-probability that matters', async () => {
    const model = randomBaseModel(randomModelConfig, 3);
    const lora: LoraConfig = { rank: 4, seed: 1, trainAttn: true, trainMlp: false, trainUnembed: false };
    const engine = new JaxEngine(model);
    const uploaded = engine.uploadLora(lora, initLora(model.config, lora));
    const random = new SeededRandom(4);
    const examples = [20, 60, 33, 7].map((length) => example(random, length));
    const together = await engine.forward(uploaded, examples);
    for (const [i, each] of examples.entries()) {
      const alone = await engine.forward(uploaded, [each]);
      assert.ok(distance(alone.logprobs[0] ?? [], together.logprobs[i] ?? []) < 1e-5);
    }
  });
});

void test('micro-batches hold every example once, padded to powers of two, within the token budget', () => {
  const lengths = [3, 700, 64, 65, 1, 129, 64, 2000, 30, 31, 32, 33];
  const batches = planMicroBatches(lengths);
  assert.deepEqual(
    batches.flatMap(({ members }) => members).sort((a, b) => a - b),
    [...lengths.keys()],
  );
  for (const { members, rows, length } of batches) {
    assert.ok(rows >= members.length && (rows === 1 || rows * length <= 1024));
    assert.ok(Number.isInteger(Math.log2(length)));
    for (const member of members) assert.ok((lengths[member] ?? Infinity) <= length);
  }
});

void test('AdamW follows its formula', () => {
  const params = new Map([['w', { shape: [2], data: Float32Array.of(0.5, -0.25) }]]);
  const state = initAdam(params);
  const adam = { learningRate: 0.1, beta1: 0.9, beta2: 0.95, eps: 1e-8, weightDecay: 0.01, gradClipNorm: 1 };
  const expected = [0.5, -0.25];
  const m = [0, 0];
  const v = [0, 0];
  for (const [step, gradient] of [
    [3, 4],
    [0.3, -0.4],
  ].entries()) {
    const norm = adamwStep(params, new Map([['w', Float32Array.from(gradient)]]), state, adam);
    assert.ok(Math.abs(norm - Math.hypot(...gradient)) < 1e-6);
    for (const [i, raw] of gradient.entries()) {
      const g = raw / Math.max(1, Math.hypot(...gradient));
      m[i] = 0.9 * (m[i] ?? 0) + 0.1 * g;
      v[i] = 0.95 * (v[i] ?? 0) + 0.05 * g * g;
      const update =
        (m[i] ?? 0) / (1 - 0.9 ** (step + 1)) / (Math.sqrt((v[i] ?? 0) / (1 - 0.95 ** (step + 1))) + 1e-8);
      expected[i] = (expected[i] ?? 0) * (1 - 0.1 * 0.01) - 0.1 * update;
    }
  }
  assert.ok(distance(params.get('w')?.data ?? [], expected) < 1e-6);
});

void test('an adapter depends on its seed and changes nothing at first', () => {
  const lora: LoraConfig = { rank: 4, seed: 1, trainAttn: true, trainMlp: true, trainUnembed: true };
  const a = initLora(randomModelConfig, lora);
  assert.deepEqual(a, initLora(randomModelConfig, lora));
  assert.notDeepEqual(a, initLora(randomModelConfig, { ...lora, seed: 2 }));
  for (const [name, { data }] of a)
    assert.equal(
      data.every((value) => value === 0),
      name.includes('lora_B'),
    );
});

void test('safetensors keep fp32 exactly and bf16 to three digits', () => {
  const data = Float32Array.of(1, -0.1, 2.71, 1e-20, 65504);
  const tensors = new Map([['x', { shape: [5], data }]]);
  assert.deepEqual(readSafetensors(writeSafetensors(tensors, { a: 'b' }), 'memory'), {
    tensors,
    metadata: { a: 'b' },
  });
  const rounded = readSafetensors(writeSafetensors(tensors, {}, 'BF16'), 'memory').tensors.get('x')?.data;
  for (const [i, value] of data.entries()) assert.ok(Math.abs((rounded?.[i] ?? NaN) / value - 1) < 1 / 256);
});

void test('sampling keeps to top_k and top_p and prefers likelier tokens', () => {
  const logits = Float32Array.of(2, 1, 0, 0.5);
  const counts = (params: { temperature: number; topK: number; topP: number }) => {
    const random = new SeededRandom(1);
    const seen = [0, 0, 0, 0];
    for (let i = 0; i < 2000; i += 1) {
      const token = chooseToken(logits, params, random);
      seen[token] = (seen[token] ?? 0) + 1;
    }
    return seen;
  };
  assert.deepEqual(counts({ temperature: 0, topK: -1, topP: 1 }), [2000, 0, 0, 0]);
  const two = counts({ temperature: 1, topK: 2, topP: 1 });
  assert.deepEqual([two[2], two[3]], [0, 0]);
  // softmax gives 0.58, 0.21, 0.08, 0.13: the first two reach 0.75
  const nucleus = counts({ temperature: 1, topK: -1, topP: 0.75 });
  assert.deepEqual([nucleus[2], nucleus[3]], [0, 0]);
  const all = counts({ temperature: 1, topK: -1, topP: 1 });
  assert.ok(Math.abs((all[0] ?? 0) / 2000 - 0.58) < 0.04);
});

function example(random: SeededRandom, length: number): Example {
  const draw = () => Int32Array.from({ length }, () => random.below(200));
  return { tokens: draw(), targets: draw(), weights: Float32Array.from({ length }, () => random.uniform()) };
}
