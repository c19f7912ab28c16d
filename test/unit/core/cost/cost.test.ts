import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseRecipe } from '../../../../client/recipe/recipe-file.js';
import { isWithin, trainableTokens } from '../../../../core/cost/budget.js';
import {
  budgetText,
  costText,
  formatUsd,
  priceText,
  usageText,
  usedText,
} from '../../../../core/cost/cost-text.js';
import { priceOf, usdOf } from '../../../../core/cost/price.js';
import { usageOf } from '../../../../core/cost/usage.js';

const usage = { train: 1_000_000, prefill: 200_000, sample: 10_000 };
const given = { train: 2, prefill: 1, sample: 5 };
const evaluation = { train: 0, prefill: 5_000, sample: 360 };

void test('a usage is the tokens of all steps, and those of an evaluation as often as there was one', () => {
  assert.deepEqual(usageOf({ trainedTokens: 700, evaluations: 3 }, evaluation), {
    train: 700,
    prefill: 15_000,
    sample: 1_080,
  });
});

void test('tokens cost by their kind, a million at a time', () => {
  const price = priceOf('any', given) ?? assert.fail();
  assert.equal(usdOf(usage, price), 2 + 0.2 + 0.05);
  assert.equal(costText(usage, price), 'about $2.25');
});

void test('the price of the recipe wins over the table, and is shown as such', () => {
  const price = priceOf('Qwen/Qwen3-8B', given) ?? assert.fail();
  assert.equal(
    priceText(price),
    'a million tokens trained $2.00, prefilled $1.00, sampled $5.00 (`train.price` of the recipe)',
  );
});

void test('the newest reading of the table wins, and its date is shown', () => {
  const price = priceOf('Qwen/Qwen3-8B', undefined) ?? assert.fail();
  assert.deepEqual([price.train?.usd, price.prefill?.usd, price.sample?.usd], [0.44, 0.195, 0.6]);
  assert.match(
    priceText(price),
    /^a million tokens trained \$0\.44, prefilled \$0\.195, sampled \$0\.60 \(.*2026-10-07\)$/,
  );
});

void test('a rate that the newest reading lacks comes from an older one, each with its own date', () => {
  const price = priceOf('Qwen/Qwen3.6-27B', undefined) ?? assert.fail();
  assert.match(
    priceText(price),
    /trained \$3\.73 \(tinker-cost .*June 2026.*\); prefilled \$1\.86, sampled \$5\.595 \(.*2026-10-07\)/,
  );
});

void test('a variant of a model has prices of its own, and never those of the model', () => {
  assert.equal(priceOf('openai/gpt-oss-120b:peft:131072', undefined)?.train?.usd, 1.82);
  assert.equal(priceOf('Qwen/Qwen3-8B:peft:131072', undefined), null);
});

void test('a kind of token without a rate is named beside the sum of the others', () => {
  const price = priceOf('Qwen/Qwen3.8-27B', undefined);
  assert.equal(costText(usage, price), 'about $0.43 without what is trained');
  assert.equal(costText(usage, null), undefined);
});

void test('a budget of tokens counts tokens of every kind, up to the last one', () => {
  assert.ok(isWithin({ tokens: 1_210_000 }, usage, null));
  assert.ok(!isWithin({ tokens: 1_209_999 }, usage, null));
  assert.equal(trainableTokens({ tokens: 1_210_100 }, usage, null), 100);
  assert.ok(trainableTokens({ tokens: 1_000 }, usage, null) < 0);
});

void test('a budget of money counts by the price, and the smaller of two limits decides', () => {
  const price = priceOf('any', given);
  assert.equal(trainableTokens({ usd: 2.45 }, usage, price), 100_000);
  assert.equal(trainableTokens({ usd: 2.45, tokens: 1_210_007 }, usage, price), 7);
  assert.ok(isWithin({ usd: 2.25 }, usage, price) && !isWithin({ usd: 2.24 }, usage, price));
});

void test('where training costs nothing, a budget of money stops it only when something else used it up', () => {
  const price = priceOf('any', { ...given, train: 0 });
  assert.equal(trainableTokens({ usd: 0.3 }, usage, price), Infinity);
  assert.equal(trainableTokens({ usd: 0.2 }, usage, price), 0);
});

void test('amounts are shown with their cents, and less than a cent with two digits', () => {
  assert.deepEqual([0, 0.00423, 0.5, 1234.5].map(formatUsd), ['$0.00', '$0.0042', '$0.50', '$1,234.50']);
  assert.equal(usageText(usage), '1,000,000 tokens trained, 200,000 prefilled, at most 10,000 sampled');
  assert.equal(usedText(usage, priceOf('any', given)), '1,210,000 tokens, about $2.25');
  assert.equal(budgetText({ tokens: 2_000_000, usd: 3 }), '2,000,000 tokens and $3.00');
});

function recipeProblem(train: string): string {
  const yaml = `name: x\nsources: [{ name: a, files: a.jsonl }]\ntrain: { learning_rate: 1.0e-4, ${train} }\n`;
  try {
    parseRecipe(yaml, 'r.yaml');
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return 'accepted';
}

void test('a budget of money needs a rate for every kind of token', () => {
  assert.equal(recipeProblem('base_model: Qwen/Qwen3-8B, budget: { usd: 5 }'), 'accepted');
  assert.equal(
    recipeProblem('base_model: mine/own, price: { train: 1, prefill: 1, sample: 1 }, budget: { usd: 5 }'),
    'accepted',
  );
  assert.match(
    recipeProblem('base_model: mine/own, budget: { usd: 5 }'),
    /r\.yaml:3: "train\.budget\.usd" needs prices, and none is known for: train, prefill, sample; give train\.price/,
  );
  assert.match(
    recipeProblem('base_model: Qwen/Qwen3.8-27B, budget: { usd: 5 }'),
    /none is known for: train; give/,
  );
});

void test('a budget has a limit, and a price a rate for every kind', () => {
  assert.match(recipeProblem('base_model: a/b, budget: {}'), /"train\.budget" must have tokens, usd or both/);
  assert.match(recipeProblem('base_model: a/b, budget: { tokens: 0 }'), /train\.budget\.tokens/);
  assert.match(recipeProblem('base_model: a/b, price: { train: 1, prefill: 1 }'), /train\.price\.sample/);
});
