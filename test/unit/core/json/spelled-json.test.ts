import assert from 'node:assert/strict';
import { test } from 'node:test';
import { maxNesting, nestsTooDeep } from '../../../../core/json/nesting.js';
import { compactJson, memberOf, parseSpelled } from '../../../../core/json/spelled-json.js';
import { Dice } from '../../../support/dice.js';

const compact = (text: string): string => compactJson(parseSpelled(text));

const spellings: readonly (readonly [string, string, string])[] = [
  ['an integer beyond 2^53', '{"id": 12345678901234567890}', '{"id":12345678901234567890}'],
  ['a double that is whole', '[40.0, -0.0, 1e5, 1E+2, 0.10]', '[40.0,-0.0,1e5,1E+2,0.10]'],
  ['names that are integers', '{"b":1,"1":2,"0":3}', '{"b":1,"1":2,"0":3}'],
  ['a repeated name: first place, last value', '{"a":1,"b":2,"a":{"c":3}}', '{"a":{"c":3},"b":2}'],
  [
    '__proto__ and constructor',
    '{"__proto__":{"x":1},"constructor":2}',
    '{"__proto__":{"x":1},"constructor":2}',
  ],
  ['escapes, as JSON.stringify writes them', '"\\u00e9\\/\\u0007\\ud800\\""', '"é/\\u0007\\ud800\\""'],
  ['white space', ' [ 1 ,\t{ "a" :\nnull } ] ', '[1,{"a":null}]'],
  ['an empty name, an empty list and an empty object', '{"":[],"x":{}}', '{"":[],"x":{}}'],
  ['brackets and commas in texts', '["],[","{\\\\"]', '["],[","{\\\\"]'],
  ['a scalar', 'true', 'true'],
];
for (const [name, text, expected] of spellings)
  void test(`compact JSON keeps ${name}`, () => assert.equal(compact(text), expected));

void test('random JSON of plain numbers is what JSON.stringify makes of JSON.parse', () => {
  const dice = new Dice(4);
  const names = ['a', 'b', 'é"', 'two words', '\\'];
  const value = (depth: number): unknown => {
    const kind = dice.below(depth > 0 ? 7 : 5);
    if (kind === 5) return Array.from({ length: dice.below(4) }, () => value(depth - 1));
    if (kind === 6)
      return Object.fromEntries(
        Array.from({ length: dice.below(4) }, () => [dice.pick(names), value(depth - 1)]),
      );
    return [null, true, dice.below(1000) - 500, dice.below(100) / 8, dice.pick(names)][kind];
  };
  for (let round = 0; round < 3000; round += 1) {
    const text = JSON.stringify(value(4), undefined, dice.below(3));
    assert.equal(compact(text), JSON.stringify(JSON.parse(text)));
  }
});

void test('what is not JSON is a SyntaxError', () => {
  for (const text of ['', '{', '[1,]', '{"a" 1}', '01', 'nul', '"\n"'])
    assert.throws(() => parseSpelled(text), SyntaxError);
});

void test('text may nest as deep as it likes, and its depth is measured without a deep stack', () => {
  const nested = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);
  const deep = `{"deep":${nested(200_000)},"id":1.0}`;
  assert.equal(compactJson(memberOf(parseSpelled(deep), 'id')), '1.0');
  assert.equal(nestsTooDeep(JSON.parse(deep)), true);
  assert.equal(nestsTooDeep(JSON.parse(nested(maxNesting))), false);
  assert.equal(nestsTooDeep(JSON.parse(nested(maxNesting + 1))), true);
});
