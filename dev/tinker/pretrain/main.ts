import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { adamwStep, initAdam } from '../model/adamw.js';
import type { ModelConfig } from '../model/config.js';
import { startJax } from '../model/jax-engine.js';
import { randomBaseModel, writeBaseModel } from '../model/random-model.js';
import { SeededRandom } from '../model/random.js';
import { fullGradients } from './full-gradients.js';
import { drawBatch, tokenStream } from './token-stream.js';

/**
 * Pre-trains the shipped base model from scratch and writes `config.json` and `model.safetensors` beside its
 * tokenizer: `node dist/dev/tinker/pretrain/main.js [STEPS]`. Run by hand; the result is committed. Takes
 * about five minutes.
 */
const steps = Number(process.argv[2] ?? 1600);
const rows = 8;
const length = 128;
const peakLearningRate = 4e-3;
const warmupSteps = 50;

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..', '..');
const modelDir = join(root, 'dev', 'tinker', 'model-files', 'tiny-qwen3');
const Vocabulary = z.object({
  model: z.object({ vocab: z.record(z.string(), z.number()) }),
  added_tokens: z.array(z.object({ id: z.number(), content: z.string() })),
});
const { added_tokens: added, model: bpe } = Vocabulary.parse(
  JSON.parse(await readFile(join(modelDir, 'tokenizer.json'), 'utf8')),
);
const config: ModelConfig = {
  name: 'headrace/tiny-qwen3',
  vocabSize: 1 + Math.max(...Object.values(bpe.vocab), ...added.map(({ id }) => id)),
  hiddenSize: 64,
  intermediateSize: 192,
  layers: 3,
  heads: 4,
  kvHeads: 2,
  headDim: 16,
  contextLength: 2048,
  ropeTheta: 10_000,
  rmsNormEps: 1e-6,
  tiedEmbeddings: true,
  eosTokenIds: added.filter(({ content }) => content === '<|im_end|>').map(({ id }) => id),
};

await startJax();
const model = randomBaseModel(config, 0);
const stream = await tokenStream(modelDir, 0, 2_000_000);
const heldOut = await tokenStream(modelDir, 1, 60_000);
console.log(
  `${stream.tokens.length} tokens in ${stream.starts.length} documents; vocabulary ${config.vocabSize}`,
);

const gradientsOf = fullGradients(model);
const state = initAdam(model.tensors);
const random = new SeededRandom(0, 1);
const started = performance.now();
for (let step = 0; step < steps; step += 1) {
  const { loss, gradients } = await gradientsOf(drawBatch(stream, random, rows, length));
  const progress = Math.min(1, step / steps);
  const learningRate =
    peakLearningRate *
    Math.min(1, (step + 1) / warmupSteps) *
    (0.05 + 0.475 * (1 + Math.cos(Math.PI * progress)));
  adamwStep(model.tensors, gradients, state, {
    learningRate,
    beta1: 0.9,
    beta2: 0.95,
    eps: 1e-8,
    weightDecay: 0.01,
    gradClipNorm: 1,
  });
  if (step % 50 === 0)
    console.log(
      `step ${step} loss ${loss.toFixed(3)} after ${((performance.now() - started) / 1000).toFixed(0)} s`,
    );
}
let total = 0;
const draws = new SeededRandom(0, 2);
for (let i = 0; i < 10; i += 1) total += (await gradientsOf(drawBatch(heldOut, draws, rows, length))).loss;
console.log(`held-out loss ${(total / 10).toFixed(3)}`);
await writeBaseModel(modelDir, model, 'BF16');
