import assert from 'node:assert/strict';
import { isUtf8 } from 'node:buffer';
import { test } from 'node:test';
import { createWasmKernel } from '../../../activities/convert/json-bytes/json-kernel.js';
import { Dice } from '../../support/dice.js';
import { createPlainKernel } from './plain-kernel.js';

const memoryBytes = 4 * 65_536;
const wasm = createWasmKernel(memoryBytes);
const plain = createPlainKernel(memoryBytes);
/** Texts are escaped into here. */
const intoAt = 65_536;

/**
 * Asserts that both kernels find the same end and the same length of the string whose text begins with
 * `bytes`.
 */
function sameSkip(bytes: Uint8Array, at: number): number {
  for (const { memory } of [wasm, plain]) {
    memory.fill(0, 0, at + bytes.length + 64);
    memory.set(bytes, at);
  }
  const end = wasm.skipString(at);
  assert.equal(wasm.skipPlainString(at), plain.skipPlainString(at));
  const shown = JSON.stringify(Buffer.from(bytes).toString('latin1'));
  assert.equal(end, plain.skipString(at), shown);
  if (end !== -1) assert.equal(wasm.surplusBytes(), plain.surplusBytes(), shown);
  return end;
}

/** Asserts that the string is skipped as one of JSON.stringify's, with `text` in it. */
function skipped(json: string, text: string, at: number): void {
  const bytes = Buffer.from(`${json.slice(1)},`);
  const end = sameSkip(bytes, at);
  assert.equal(end, at + bytes.length - 2, json);
  assert.equal(end - at - wasm.surplusBytes(), text.length, json);
}

/**
 * Asserts that both kernels write what JSON.stringify writes, decode it again, and touch nothing behind the
 * 15 bytes that they may.
 */
function sameEscape(text: string, at: number): void {
  const bytes = Buffer.from(text);
  const expected = Buffer.from(JSON.stringify(text).slice(1, -1));
  for (const kernel of [wasm, plain]) {
    kernel.memory.set(bytes, at);
    kernel.memory.fill(0xee, at + bytes.length, at + bytes.length + 32);
    kernel.memory.fill(0xaa, intoAt, intoAt + expected.length + 32);
    const end = kernel.escapeText(at, at + bytes.length, intoAt);
    assert.equal(end, intoAt + expected.length);
    assert.ok(kernel.memory.subarray(intoAt, end).equals(expected), text);
    assert.equal(bytes.length - kernel.surplusBytes(), text.length);
    assert.ok(kernel.memory.subarray(end + 15, end + 32).every((byte) => byte === 0xaa));
    kernel.memory.fill(0xaa, at, at + bytes.length + 32);
    assert.equal(kernel.unescapeText(intoAt, end, at), at + bytes.length);
    assert.ok(kernel.memory.subarray(at, at + bytes.length).equals(bytes), text);
    assert.ok(
      kernel.memory.subarray(at + bytes.length + 15, at + bytes.length + 32).every((byte) => byte === 0xaa),
    );
  }
}

/** Characters of one to four bytes, the borders between their lengths, and everything that is escaped. */
const characters = [
  ...Array.from('a/\u007f\u0080é\u07ff\u0800\u2028漢\ud7ff\ue000\uffff😀\u{10ffff}"\\'),
  ...Array.from({ length: 0x20 }, (_, code) => String.fromCharCode(code)),
];

void test('every character is skipped, escaped and decoded at every lane, behind a plain stretch of every length', () => {
  for (const character of characters)
    for (let before = 0; before <= 33; before += 1)
      for (const after of ['', 'z', 'é'.repeat(9), `${'x'.repeat(15)}"`]) {
        const text = 'x'.repeat(before) + character + after;
        skipped(JSON.stringify(text), text, 64 + (before % 16));
        sameEscape(text, 64 + (before % 3));
      }
});

void test('of the escapes of four digits only those of JSON.stringify are skipped', () => {
  const spelt = new Set(
    Array.from({ length: 0x80 }, (_, code) => JSON.stringify(String.fromCharCode(code)).slice(1, -1)),
  );
  const digits = '0123456789abcdefABCDEF/:`g@G"\\\0\u007f'.split('');
  let found = 0;
  for (const before of [0, 9, 10, 11, 12, 13, 14, 15])
    for (const high of digits)
      for (const low of digits)
        for (const zeros of ['00', '01', '10', '0a', 'd8']) {
          const escape = `\\u${zeros}${high}${low}`;
          const end = sameSkip(Buffer.from(`${'x'.repeat(before)}${escape}"`), 64);
          assert.equal(end !== -1, spelt.has(escape), escape);
          found += end === -1 ? 0 : 1;
        }
  // 32 control characters, five of them with an escape of two characters.
  assert.equal(found, 8 * 27);
});

void test('of the escapes of one letter only those of JSON.stringify are skipped', () => {
  const letters = Array.from({ length: 0x80 }, (_, code) => String.fromCharCode(code)).filter(
    (letter) => sameSkip(Buffer.from(`${'x'.repeat(15)}\\${letter}"`), 64) !== -1,
  );
  assert.deepEqual(letters, ['"', '\\', 'b', 'f', 'n', 'r', 't']);
});

void test('a string without an end is none, wherever the bytes end', () => {
  for (let length = 0; length <= 50; length += 1)
    for (const tail of ['', '\n', '\\', '\\"', '\\u', '\\u0', '\\u00', '\\u001', '\t"', '\u001f"'])
      assert.equal(sameSkip(Buffer.from('x'.repeat(length) + tail), 64), -1);
});

void test('random bytes of JSON are skipped alike, and what is skipped is what JSON.stringify writes', () => {
  const dice = new Dice(21);
  const parts = [
    '\\',
    '\\',
    '"',
    'x',
    'plain text of a sentence ',
    'é',
    '漢字',
    '😀',
    '\n',
    '\\n',
    '\\u0001',
    '\\u001F',
    '\\"',
  ];
  let found = 0;
  for (let round = 0; round < 40_000; round += 1) {
    const bytes = Buffer.from(Array.from({ length: dice.below(14) }, () => dice.pick(parts)).join(''));
    if (bytes.length > 0 && dice.chance(0.3)) bytes[dice.below(bytes.length)] = dice.below(256);
    const at = 64 + dice.below(16);
    const end = sameSkip(bytes, at);
    if (end === -1) continue;
    const json = bytes.subarray(0, end - at);
    if (!isUtf8(json)) continue;
    found += 1;
    const text = JSON.parse(`"${json.toString()}"`) as string;
    assert.equal(JSON.stringify(text), `"${json.toString()}"`);
    assert.equal(json.length - wasm.surplusBytes(), text.length);
  }
  assert.ok(found > 5000, `${found} strings were skipped`);
});

void test('random texts are escaped as JSON.stringify does, and decoded again', () => {
  const dice = new Dice(22);
  const parts = [...characters, 'a longer plain stretch of text', 'von Größe'];
  for (let round = 0; round < 10_000; round += 1)
    sameEscape(Array.from({ length: dice.below(20) }, () => dice.pick(parts)).join(''), 64 + dice.below(16));
});
