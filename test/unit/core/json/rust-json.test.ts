import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { rustJson } from '../../../../core/json/rust-json.js';
import { isSpelledObject, parseSpelled } from '../../../../core/json/spelled-json.js';
import { byName } from '../../../../core/text/code-point-order.js';

type Spellings = Readonly<Record<'text' | 'arguments' | 'parameters', string>>;

const path = new URL('../../../../../test/golden/rust-json/rust-json.json', import.meta.url);
const cases = JSON.parse(readFileSync(path, 'utf8')) as Spellings[];

void test("arguments are spelt as tml-renderers' serde_json spells them: floats, integers of 64 bits, escapes", () => {
  assert.ok(cases.length > 400);
  for (const { text, arguments: expected } of cases) {
    const value = parseSpelled(text);
    assert.ok(isSpelledObject(value));
    assert.equal(rustJson(new Map(byName(value))), expected, text);
  }
});

void test('parameters of tools have the members of every object sorted, and a sign in exponents above zero', () => {
  for (const { text, parameters } of cases)
    assert.equal(rustJson(parseSpelled(text), { sorted: true, plus: true }), parameters, text);
});

void test('a number above the largest float stays as it is spelt', () => {
  for (const text of ['[1e999,-1E+400]', `[1${'0'.repeat(400)}]`])
    assert.equal(rustJson(parseSpelled(text)), text);
});
