import assert from 'node:assert/strict';
import { test } from 'node:test';
import { splitRules, splitsByName } from '../../../../core/hub/split-rules.js';

for (const { meaning, shown } of splitRules)
  for (const [path, split] of Object.entries(shown))
    void test(`${path} is of split ${split}: ${meaning.slice(0, 60)}`, () => {
      const { splits, left } = splitsByName([path], 'main');
      assert.deepEqual([...splits], [[split, [path]]]);
      assert.deepEqual(left, []);
    });

void test('every rule shows names that no rule before it decides', () => {
  for (const [index, { shown }] of splitRules.entries())
    for (const path of Object.keys(shown)) {
      const first = splitRules.findIndex(
        ({ holds, splitOf }) => (holds?.([path], 'main') ?? true) && splitOf(path) !== undefined,
      );
      assert.equal(first, index, path);
    }
});
