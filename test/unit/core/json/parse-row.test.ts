import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseRow } from '../../../../core/json/parse-row.js';

const rows: readonly (readonly [text: string, json: string])[] = [
  ['{"a": NaN}', '{"a": null}'],
  ['{"a":[Infinity,-Infinity,{"b":NaN}]}', '{"a":[null,null,{"b":null}]}'],
  ['{"NaN": "NaN, -Infinity", "b": NaN}', '{"NaN": "NaN, -Infinity", "b": null}'],
  [String.raw`{"a": "\"NaN\\", "b": NaN}`, String.raw`{"a": "\"NaN\\", "b": null}`],
  ['NaN', 'null'],
];
for (const [text, json] of rows)
  void test(`numbers that are not finite are null outside of texts: ${text}`, () => {
    assert.deepEqual(parseRow(text), { value: JSON.parse(json) as unknown, json });
  });

void test('JSON is itself', () => {
  const text = '{"a": "NaN", "b": 1.0}';
  assert.deepEqual(parseRow(text), { value: { a: 'NaN', b: 1 }, json: text });
});

for (const text of [
  '',
  'nope',
  '{"a": nan}',
  '{"a": -NaN}',
  '{"a": +Infinity}',
  '{"a": xNaN}',
  '{"a": NaNs}',
  '{"a": 1NaN}',
  '{"a": NaNNaN}',
  '{NaN: 1}',
  '{"a": "NaN',
  '{"a": NaN',
  "{'a': NaN}",
])
  void test(`what Python does not read either is no JSON: ${text}`, () => {
    assert.equal(parseRow(text), undefined);
  });
