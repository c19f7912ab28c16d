import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseRecipe } from '../../../../client/recipe/recipe-file.js';
import { estimateUsage, expectedMix, type SampledTokens } from '../../../../core/cost/estimate.js';

const train = { batch_size: 10, epochs: 1, max_steps: undefined, checkpoint_every: 5, prompts: ['a', 'b'] };
const prompts = { tokens: 30, answerTokens: 120 };
/** Nine of ten conversations are trained, with 100 tokens each that are sent. */
const sample: SampledTokens = { conversations: 10, examples: 9, tokens: 900 };

void test('an estimate counts the steps of the examples, and evaluations before and at every checkpoint', () => {
  const { conversations, steps, usage } = estimateUsage(
    [{ lines: 200, heldout: 20, sample }],
    train,
    prompts,
  );
  assert.deepEqual([conversations, steps], [200, 18]);
  // Checkpoints at 5, 10, 15 and 18. A held-out example sends its last token, too.
  assert.deepEqual(usage, {
    train: 200 * 90,
    prefill: 5 * (30 + 20 * 90 + 18),
    sample: 5 * (2 * 120 + 18),
  });
});

void test('epochs multiply what is trained, and max_steps cuts it', () => {
  const trained = (change: object): number =>
    estimateUsage([{ lines: 200, heldout: 0, sample }], { ...train, ...change }, prompts).usage.train;
  assert.equal(trained({ epochs: 3 }), 3 * 18_000);
  assert.equal(trained({ max_steps: 9 }), 9_000);
  assert.equal(trained({ epochs: 2, max_steps: 27 }), 27_000);
});

void test('conversations of which none is trained use nothing but the prompts', () => {
  const none = { conversations: 10, examples: 0, tokens: 0 };
  const { steps, usage } = estimateUsage([{ lines: 200, heldout: 20, sample: none }], train, prompts);
  assert.deepEqual([steps, usage], [0, { train: 0, prefill: 30, sample: 240 }]);
});

function mixOf(sources: string, more = ''): readonly (readonly [lines: number, heldout: number])[] {
  const recipe = parseRecipe(`name: x\nsources: [${sources}]\n${more}`, 'r.yaml');
  const expected = recipe.sources.map((source) => ({ source, conversations: 1_000, sample }));
  return expectedMix(expected, recipe).map(({ lines, heldout }) => [lines, heldout]);
}

void test('caps, shares, repeats and held-out rows are those of the recipe', () => {
  assert.deepEqual(
    mixOf(
      '{ name: a, files: a, rows: 300 }, { name: b, files: b, repeat: 2 }, { name: c, files: c, share: 0.2 }',
      'heldout: { fraction: 0.1, rows: 40 }',
    ),
    [
      [300, 40],
      [1_800, 40],
      [300, 40],
    ],
  );
});
