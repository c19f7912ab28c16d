import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { z } from 'zod';
import { rendererNames } from '../../../../core/recipe.js';
import { compareWithGolden, GoldenLine } from '../../../support/golden-lines.js';

const path = new URL('../../../../../test/golden/renderers/lines.json.gz', import.meta.url);
const { cases } = z
  .object({ cases: z.array(GoldenLine) })
  .parse(JSON.parse(gunzipSync(readFileSync(path)).toString('utf8')));

for (const name of rendererNames)
  void test(`${name} has the cookbook's tokens, masks, prompts and refusals, which are foreseen without a tokenizer, on lines with reasoning, tools and weights`, () => {
    assert.ok(cases.length > 350);
    const refused = compareWithGolden(name, cases);
    const refuses = !['qwen3', 'qwen3_instruct'].includes(name);
    assert.ok(refuses ? refused > 500 : refused === 0, `${refused} were refused`);
  });
