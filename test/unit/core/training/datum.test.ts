import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { z } from 'zod';
import { buildDatum } from '../../../../core/training/datum.js';
import { packagePath } from '../../../../files/package-path.js';
import { runsOf } from '../../../support/runs-of.js';

const Numbers = z.array(z.number());
const { datums } = z
  .object({
    datums: z.array(
      z.object({
        tokens: Numbers,
        runs: Numbers,
        max_tokens: z.int(),
        input: Numbers,
        target: Numbers,
        weights: Numbers,
      }),
    ),
  })
  .parse(JSON.parse(readFileSync(packagePath('test/golden/renderers/datums.json'), 'utf8')));

void test('datums are cut before the shift and weighted to a sum of 1 as the cookbook does', () => {
  for (const { tokens, runs, max_tokens, input, target, weights } of datums) {
    const mask = runs.flatMap((length, at) => Array.from({ length }, () => at % 2));
    assert.deepEqual(runsOf(mask), runs);
    const datum = buildDatum(tokens, mask, max_tokens);
    if (weights.every((weight) => weight === 0)) {
      assert.equal(datum, undefined);
      continue;
    }
    assert.deepEqual(Array.from(datum?.tokens ?? []), input);
    assert.deepEqual(Array.from(datum?.targetTokens ?? []), target);
    assert.deepEqual(Array.from(datum?.weights ?? []), weights);
  }
});

void test('fewer than two tokens, or none that is trained, make no datum', () => {
  assert.equal(buildDatum([1], [1], 10), undefined);
  assert.equal(buildDatum([1, 2, 3], [0, 0, 1], 2), undefined);
  assert.equal(buildDatum([1, 2], [1, 0], 10), undefined);
});
