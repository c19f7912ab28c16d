import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { rendererNames } from '../../../../core/recipe.js';
import { compareWithGolden, GoldenLines } from '../../../support/golden-lines.js';

const path = new URL('../../../../../test/golden/renderers/lines.json.gz', import.meta.url);
const golden = GoldenLines.parse(JSON.parse(gunzipSync(readFileSync(path)).toString('utf8')));

for (const name of rendererNames)
  void test(`${name} has the cookbook's tokens, masks, prompts and refusals, which are foreseen without a tokenizer, on lines with reasoning, tools and weights`, async () => {
    const { lines, refused, raised } = await compareWithGolden(name, golden);
    assert.ok(lines > 50, `${lines} were compared`);
    assert.ok(raised < 25, `of ${raised} the cookbook says nothing`);
    const refuses = /^(role_colon|llama3|deepseekv3)|^(?!deepseekv4).*disable_thinking$/.test(name);
    assert.equal(refused > 0, refuses, `${refused} were refused`);
  });
