import assert from 'node:assert/strict';
import { test } from 'node:test';
import { prettyJson } from '../../../../core/json/pretty-json.js';

void test('JSON is laid out on lines, and what is short stays on its line', () => {
  assert.equal(
    prettyJson(
      '{"type":"object","properties":{"city":{"type":"string"}},"required":["city"],"none":{},"empty":[]}',
    ),
    [
      '{',
      '  "type": "object",',
      '  "properties": {',
      '    "city": {"type": "string"}',
      '  },',
      '  "required": ["city"],',
      '  "none": {},',
      '  "empty": []',
      '}',
    ].join('\n'),
  );
  const words = Array.from({ length: 20 }, (_, n) => `"word ${n}"`);
  assert.equal(prettyJson(`[${words.join(',')}]`), `[\n  ${words.join(',\n  ')}\n]`);
});

void test('numbers, strings, the order of members and repeated names stay as they are spelt', () => {
  assert.equal(
    prettyJson('{ "n" : 12345678901234567890,\n"f":40.0,"e":1E+5 }'),
    '{"n": 12345678901234567890, "f": 40.0, "e": 1E+5}',
  );
  assert.equal(prettyJson('{"2":1,"1":2,"1":3}'), '{"2": 1, "1": 2, "1": 3}');
  assert.equal(prettyJson(String.raw`["\u00e9\"}", "a  b", "\\"]`), String.raw`["\u00e9\"}", "a  b", "\\"]`);
  assert.equal(prettyJson('null'), 'null');
});

void test('only white space outside of strings changes', () => {
  const values = [
    { a: [1, { b: 'x y "z"', c: [[], {}, [[{ d: null }]]] }], e: 'long '.repeat(30) },
    [[[[[[[[1, 2]]]]]]]],
  ];
  for (const value of values) assert.deepEqual(JSON.parse(prettyJson(JSON.stringify(value))), value);
});

void test('a text that ends in the middle, or is no JSON, loses nothing', () => {
  assert.equal(
    prettyJson('{"a": [1, {"b": "unfinished'),
    '{\n  "a": [\n    1,\n    {\n      "b": "unfinished',
  );
  assert.equal(prettyJson('no JSON at all'), 'no JSON at all');
  assert.equal(prettyJson(']}]'), ']}]');
});

void test('deep values do not grow with the square of their depth', () => {
  const deep = '['.repeat(3_000) + ']'.repeat(3_000);
  assert.ok(prettyJson(deep).length < 7_000);
});
