import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parsePythonJson } from '../../../../core/json/parse-python-json.js';
import { pythonJson } from '../../../../core/json/python-json.js';
import { pythonStr } from '../../../../core/json/python-str.js';
import { parseSpelled } from '../../../../core/json/spelled-json.js';

type Spellings = Readonly<Record<'text' | 'plain' | 'raw' | 'compact' | 'sorted' | 'str', string>>;

const path = new URL('../../../../../test/golden/python-json/python-json.json', import.meta.url);
const cases = JSON.parse(readFileSync(path, 'utf8')) as Spellings[];

void test('JSON is spelt as Python spells it: numbers, escapes, separators, order and repeated members', () => {
  assert.ok(cases.length > 400);
  for (const { text, plain } of cases) assert.equal(pythonJson(parseSpelled(text)), plain, text);
});

void test('characters beyond ASCII, compact separators and sorted members are as in Python', () => {
  for (const { text, raw, compact, sorted } of cases) {
    const value = parseSpelled(text);
    assert.equal(pythonJson(value, { raw: true }), raw, text);
    assert.equal(pythonJson(value, { raw: true, compact: true }), compact, text);
    assert.equal(pythonJson(value, { compact: true, sorted: true }), sorted, text);
  }
});

void test('a value as text is what str makes of it: True, None, floats, quotes and escapes in lists', () => {
  for (const { text, str } of cases) assert.equal(pythonStr(parseSpelled(text)), str, text);
});

void test('what Python writes is read again, also of numbers beyond the doubles', () => {
  for (const { text, plain, raw } of cases) {
    assert.equal(pythonJson(parsePythonJson(plain)), plain, text);
    assert.equal(pythonJson(parsePythonJson(raw), { raw: true }), raw, text);
  }
  const texts = '{"Infinity":["-Infinity \\" Infinity",-Infinity,Infinity]}';
  assert.equal(pythonJson(parsePythonJson(texts), { compact: true }), texts);
});
