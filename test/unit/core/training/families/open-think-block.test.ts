import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rendererNamed } from '../../../../../core/training/families/index.js';

void test('the answer of a turn whose think block the prompt opens has the whole block, or none if it is empty', () => {
  for (const name of ['glm5_3_max_reasoning', 'kimi_k25', 'kimi_k26_preserve_thinking'] as const) {
    const { answer } = rendererNamed(name);
    assert.ok(answer);
    assert.equal(answer('Two twos.</think>4'), '<think>\nTwo twos.\n</think>\n\n4', name);
    assert.equal(answer('</think>4 '), '4', name);
  }
});
