import assert from 'node:assert/strict';
import { test } from 'node:test';
import { forecastStore, storeForecastLines } from '../../../../client/plan/forecast-store.js';
import { parseRecipe } from '../../../../client/recipe/recipe-file.js';

const recipe = parseRecipe(
  'name: r\nseed: 1\nsources: [{name: a, files: a.jsonl}, {name: b, files: b.jsonl}]\nheldout: {fraction: 0.01}\n',
  'r',
);
const plan = {
  name: 'a',
  files: Array.from({ length: 100 }, (_, at) => ({ path: `a/${at}.jsonl`, sizeBytes: 1e9, haveBytes: 0 })),
};
const conversation = {
  messages: [
    { role: 'user', content: 'Why?' },
    { role: 'assistant', content: 'a'.repeat(4000) },
  ],
} as const;

void test('a plan on a bucket says what the run asks of it, what it leaves there, and what both cost', () => {
  const forecast = forecastStore(recipe, [{ plan, sample: null }]);
  assert.equal(forecast.partitions, 256);
  assert.deepEqual(forecast.without, ['b']);
  const text = storeForecastLines(forecast).join('\n');
  assert.match(text, /without b: about 100 pieces, 260 partitions/);
  assert.match(text, /[\d,]+ GET, [\d,]+ PUT, 1 LIST: \$0\.\d\d/);
  assert.match(text, /GB in the bucket: \$\d+\.\d\d a month/);
  assert.match(text, /at list prices of S3 Standard in us-east-1, .*October 2025/);
});

void test('the first conversations of a source give the length of its lines', () => {
  const [source] = recipe.sources;
  assert.ok(source !== undefined);
  const of = (expected: number): number =>
    forecastStore(recipe, [{ plan, sample: { source, conversations: [conversation], expected } }])
      .storedBytes;
  const more = of(20e6) - of(10e6);
  // Converted, in its partition and in train.jsonl: three times.
  assert.ok(more > 3 * 10e6 * 4000 && more < 4 * 10e6 * 4000, `${more}`);
});
