import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { handleOf, runState } from '../../client/runs/find-run.js';
import { allTokens, type TokenUsage } from '../../core/cost/usage.js';
import { assertOutput, headrace } from '../support/command.js';
import { writeConversations } from '../support/conversations.js';
import { writeRecipe } from '../support/recipes.js';
import { untilPending } from '../support/runs.js';
import { environmentOf, startWorker, useServers } from '../support/servers.js';
import { metricsIn } from '../support/training.js';

/**
 * One training of 24 steps is run without a budget; then again with half of its tokens as the budget, while
 * its worker is killed by SIGKILL. It waits at the same step, and with a larger budget ends with the same
 * losses.
 */

const servers = useServers();

const recipe = (name: string, train: string): string => `name: ${name}
seed: 4
sources:
  - { name: chats, files: chats.jsonl }
heldout: { fraction: 0.05, rows: 6 }
train:
  base_model: headrace/tiny-qwen3
  label: cost
  lora: { rank: 4, seed: 2 }
  batch_size: 8
  max_tokens: 64
  learning_rate: 2.0e-3
  max_steps: 24
  checkpoint_every: 8
  prompts: [Hello.]
${train}`;

interface Terminal {
  readonly folder: string;
  readonly run: (...args: string[]) => ReturnType<typeof headrace>;
  readonly worker: { current: Awaited<ReturnType<typeof startWorker>> };
  readonly restart: () => Promise<void>;
}

async function terminalIn(name: string): Promise<Terminal> {
  const folder = join(servers().folder, name);
  await writeConversations(join(folder, 'chats.jsonl'), 400, 5);
  const store = join(folder, 'store');
  const worker = { current: await startWorker(servers(), store) };
  return {
    folder,
    worker,
    run: (...args) => headrace(args, environmentOf(servers(), store), folder),
    restart: async () => {
      await worker.current.kill();
      worker.current = await startWorker(servers(), store);
    },
  };
}

const outOf = (name: string): string => join(servers().folder, name, 'runs', name);

interface CostJson {
  readonly cost: {
    readonly planned: TokenUsage;
    readonly used: TokenUsage;
    readonly billed: { readonly usage: TokenUsage };
  };
}

const costOf = async ({ run }: Terminal, name: string): Promise<CostJson['cost']> =>
  (JSON.parse((await run('cost', name, '--json')).stdout) as CostJson).cost;

void test('plan and review estimate the tokens of a training, the run counts them, and so does the server', async () => {
  const terminal = await terminalIn('whole');
  const { run, folder } = terminal;
  try {
    const price = '  price: { train: 1000, prefill: 100, sample: 2000 }\n';
    const path = await writeRecipe(folder, `${recipe('whole', price)}review: true\n`);
    assertOutput(
      await run('plan', path),
      0,
      /Tokens, an estimate from the first rows of each source \(tokenizer headrace\/tiny-qwen3/,
      /in all [\d,]+ tokens trained, [\d,]+ prefilled, at most [\d,]+ sampled/,
      /about \$\d+\.\d\d, an estimate: a million tokens trained \$1000\.00/,
    );
    assertOutput(await run('start', path, '--wait'), 3, /waits for review/);
    assertOutput(await run('review', 'whole'), 0, /Tokens, an estimate from \d+ conversations of the mix/);
    assertOutput(await run('cost', 'whole'), 0, /The training of whole is not planned yet/);
    assertOutput(await run('approve', 'whole'), 0);
    assertOutput(
      await run('watch', 'whole'),
      0,
      /train: in all [\d,]+ tokens trained/,
      /tokens +[\d,]+ tokens trained, [\d,]+ prefilled, at most [\d,]+ sampled, about \$/,
    );
    const { planned, used, billed } = await costOf(terminal, 'whole');
    const trained = (await metricsIn(outOf('whole'))).reduce((sum, { num_tokens }) => sum + num_tokens, 0);
    assert.equal(planned.train, trained);
    assert.deepEqual(used, planned);
    assert.equal(billed.usage.train, planned.train);
    assert.equal(billed.usage.prefill, planned.prefill);
    assert.ok(billed.usage.sample > 0 && billed.usage.sample <= planned.sample);
  } finally {
    await terminal.worker.current.close();
  }
});

void test('kill -9 beside a budget: the training waits at the same step, and ends with the same losses', async () => {
  const terminal = await terminalIn('limited');
  const { run, folder } = terminal;
  try {
    const path = await writeRecipe(folder, recipe('limited', '  budget: { tokens: 1 }\n'));
    assertOutput(
      await run('start', path, '--wait'),
      3,
      /the budget is 1 token, less than that: the training will save and wait/,
      /train waits for a decision: BudgetReachedError/,
      /does not cover the evaluation before the first step: used are 0 tokens/,
      /change-budget limited tokens=/,
    );
    const { planned } = await costOf(terminal, 'limited');
    const half = Math.floor(allTokens(planned) / 2);
    assertOutput(await run('change-budget', 'limited', `tokens=${half}`), 0, /continues with a budget of/);
    await untilPending(servers(), 'limited', ({ type, started }) => type === 'trainSegment' && started);
    await terminal.restart();
    assertOutput(
      await run('watch', 'limited'),
      3,
      /BudgetReachedError: The budget of [\d,]+ tokens does not cover step \d+ of 24/,
    );
    const parked = await costOf(terminal, 'limited');
    const spent = allTokens(parked.used);
    assert.ok(spent <= half, `${spent} of ${half}`);
    const steps = await metricsIn(outOf('limited'));
    const [next] = (await metricsIn(outOf('whole'))).slice(steps.length);
    const evaluation = (planned.prefill + planned.sample) / 4;
    assert.ok(next !== undefined && steps.length > 0 && steps.length < 24);
    // A step more, with the evaluation of its checkpoint in place of the newest one, would pass the budget.
    const checkpoints = (await runState(handleOf(servers().temporal, 'limited'))).train?.checkpoints ?? [];
    const isShortened = (checkpoints.at(-1)?.nextStep ?? 0) % 8 !== 0;
    assert.ok(spent + next.num_tokens + (isShortened ? 0 : evaluation) > half);
    assertOutput(await run('change-budget', 'limited', 'tokens=none'), 0, /continues with no budget/);
    await untilPending(servers(), 'limited', ({ type, started }) => type === 'trainSegment' && started);
    await terminal.restart();
    assertOutput(await run('watch', 'limited'), 0, /cost-final/);
    assert.deepEqual(await metricsIn(outOf('limited')), await metricsIn(outOf('whole')));
  } finally {
    await terminal.worker.current.close();
  }
});
