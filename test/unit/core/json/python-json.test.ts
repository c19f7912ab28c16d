import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { pythonJson } from '../../../../core/json/python-json.js';
import { parseSpelled } from '../../../../core/json/spelled-json.js';

const path = new URL('../../../../../test/golden/python-json/python-json.json', import.meta.url);
const pairs = JSON.parse(readFileSync(path, 'utf8')) as [text: string, spelling: string][];

void test('JSON is spelt as Python spells it: numbers, escapes, separators, order and repeated members', () => {
  assert.ok(pairs.length > 400);
  for (const [text, spelling] of pairs) assert.equal(pythonJson(parseSpelled(text)), spelling, text);
});
