import { lmsysConversation } from '../../corpora/lmsys.js';
import { Random } from '../../corpora/random.js';
import { toeflConversation } from '../../corpora/toefl.js';
import { ultrachatConversation } from '../../corpora/ultrachat.js';
import { shippedModelDir } from '../../stack/shipped.js';
import { ModelRunner } from '../model/runner.js';
import { chatExamples } from './chat-examples.js';

/**
 * What a LoRA on the demo chats does to the shipped model, by learning rate: `node
 * dist/dev/tinker/pretrain/measure-lora.js [STEPS] [RATE …]`. Prints the held-out loss in nats per trained
 * token.
 */
const [stepsText = '50', ...rates] = process.argv.slice(2);
const steps = Number(stepsText);
const batch = 8;

const dir = shippedModelDir;
const chatExample = await chatExamples(dir, 256);
const random = new Random('measure');
const kinds = [ultrachatConversation, toeflConversation, lmsysConversation];
const chats = Array.from({ length: steps * batch + 60 }, (_, i) =>
  chatExample((kinds[i % kinds.length] ?? ultrachatConversation)(random)),
);
const heldOut = chats.slice(0, 60);
const runner = await ModelRunner.load(dir);
const heldOutLoss = async (id: string) => (await runner.forward(id, heldOut)).lossSum / heldOut.length;
const lengths = chats.map(({ tokens }) => tokens.length).sort((a, b) => a - b);
console.log(`tokens a chat: median ${lengths[lengths.length >> 1]}, longest ${lengths.at(-1)}`);

for (const rate of rates.length > 0 ? rates.map(Number) : [1e-3, 3e-3, 1e-2]) {
  const id = `rate ${rate}`;
  runner.createModel(id, { rank: 8, seed: 0, trainAttn: true, trainMlp: true, trainUnembed: true });
  const curve = [(await heldOutLoss(id)).toFixed(3)];
  const started = performance.now();
  for (let step = 0; step < steps; step += 1) {
    await runner.forwardBackward(id, chats.slice(60 + step * batch, 60 + (step + 1) * batch));
    const learningRate = rate * (1 - step / steps);
    runner.optimStep(id, {
      learningRate,
      beta1: 0.9,
      beta2: 0.95,
      eps: 1e-8,
      weightDecay: 0,
      gradClipNorm: 0,
    });
    if ((step + 1) % 10 === 0) curve.push((await heldOutLoss(id)).toFixed(3));
  }
  console.log(`${id}: ${curve.join(' ')} in ${((performance.now() - started) / 1000).toFixed(0)} s`);
  runner.unloadModel(id);
}
