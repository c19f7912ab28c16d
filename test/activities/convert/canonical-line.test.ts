import assert from 'node:assert/strict';
import { test } from 'node:test';
import { canonicalLine } from '../../../core/convert/conversation/canonical-line.js';
import { roles } from '../../../core/convert/conversation/roles.js';
import { maxLineBytes } from '../../../activities/convert/json-bytes/canonical-line.js';
import { JsonBytes } from '../../../activities/convert/json-bytes/json-bytes.js';
import { createWasmKernel } from '../../../activities/convert/json-bytes/json-kernel.js';
import { Dice } from '../../support/dice.js';
import { createPlainKernel } from './plain-kernel.js';

const engines = [createWasmKernel, createPlainKernel].map((createKernel) => new JsonBytes(createKernel));

void test('a line of texts of any length and content is the canonical line of its messages', () => {
  const dice = new Dice(12);
  const parts = [
    '\\',
    '"',
    'x',
    'a longer plain stretch of text',
    'é',
    '漢',
    '😀',
    '\n',
    '\u2028',
    '\u007f',
    '\0',
    '\u001f',
    '\b\f\r\t',
  ];
  const check = (...texts: readonly string[]): void => {
    const messages = texts.map((content) => ({ role: dice.pick(roles), content }));
    const expected = canonicalLine({ messages });
    for (const json of engines) {
      const at = json.arenaAt + 3;
      json.memory.fill(0xaa, at, at + Buffer.byteLength(expected) + 32);
      const line = json.startLine(json.memory, at);
      for (const { role, content } of messages)
        assert.equal(line.addText(role, Buffer.from(content)), content.length);
      const end = line.close();
      assert.equal(end, at + Buffer.byteLength(expected));
      assert.equal(json.memory.toString('utf8', at, end), expected);
      assert.ok(end - at <= maxLineBytes(texts.length, 6 * Buffer.byteLength(texts.join(''))));
    }
  };
  const text = (): string => Array.from({ length: dice.below(20) }, () => dice.pick(parts)).join('');
  for (let round = 0; round < 3000; round += 1) check(text(), text(), text());
  // Longer than what is escaped at once, with characters across the borders.
  check('漢😀"\n'.repeat(60_000));
  check('\u0001'.repeat(250_000));
});
