import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { strip, stripEnd, stripStart } from '../../../../core/text/strip.js';

const path = new URL('../../../../../test/golden/python-json/white-space.json', import.meta.url);
const spaces = new Set(JSON.parse(readFileSync(path, 'utf8')) as number[]);

void test('of all code points, those are white space that are in Python', () => {
  for (let code = 0; code <= 0x10ffff; code += 1) {
    const character = String.fromCodePoint(code);
    assert.equal(strip(character) === '', spaces.has(code), `U+${code.toString(16)}`);
  }
});

void test('white space goes from the start, the end or both, and stays between words', () => {
  const text = '\u0085 \u001c\na\u00a0b\t\u3000';
  assert.equal(strip(text), 'a\u00a0b');
  assert.equal(stripStart(text), 'a\u00a0b\t\u3000');
  assert.equal(stripEnd(text), '\u0085 \u001c\na\u00a0b');
  assert.equal(strip('\ufeffa\u200b'), '\ufeffa\u200b');
  assert.equal(strip(' \n '), '');
  assert.equal(strip(''), '');
});
