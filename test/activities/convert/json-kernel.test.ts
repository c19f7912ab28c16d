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

/** A value in the table of a row. */
interface Value {
  readonly key: string;
  readonly json: string;
  readonly codeUnits: number;
  /** The number of the value behind it. */
  readonly next: number;
}

/**
 * The values of a row, which are the same with both kernels; `undefined` for one that is not read.
 *
 * @param behind - what follows the row in the memory.
 */
function sameRow(row: string | Uint8Array, at: number, behind = '', capacity = 100): unknown {
  const bytes = Buffer.from(row);
  const [first, second] = [wasm, plain].map((kernel) => {
    const { memory } = kernel;
    memory.fill(0, 0, at + bytes.length + behind.length + 64);
    memory.set(bytes, at);
    memory.write(behind, at + bytes.length);
    memory.fill(0xaa, intoAt, intoAt + 24 * (capacity + 1));
    const count = kernel.readRow(at, at + bytes.length, intoAt, capacity);
    assert.ok(memory.subarray(intoAt + 24 * capacity).readUInt32LE() === 0xaaaaaaaa);
    return count === -1 ? undefined : valuesOf(memory, count);
  });
  assert.deepEqual(first, second, bytes.toString());
  return first;
}

function valuesOf(memory: Buffer, count: number): readonly Value[] {
  const table = new Int32Array(memory.buffer, intoAt);
  return Array.from({ length: count }, (_, value) => {
    const [keyStart, keyEnd, start, end, codeUnits = 0, next = 0] = table.subarray(6 * value);
    const json = memory.toString('utf8', start, end);
    const key = memory.toString('utf8', keyStart, keyEnd);
    return { key, json, codeUnits: json.startsWith('"') ? codeUnits : 0, next };
  });
}

/** Asserts that a string is read as one of JSON.stringify's, with `text` in it. */
function read(text: string, at: number): void {
  const json = JSON.stringify(text);
  assert.deepEqual(sameRow(`{"k":${json}}`, at, ','), [{ key: 'k', json, codeUnits: text.length, next: 1 }]);
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

void test('every character is read, escaped and decoded at every lane, behind a plain stretch of every length', () => {
  for (const character of characters)
    for (let before = 0; before <= 33; before += 1)
      for (const after of ['', 'z', 'é'.repeat(9), `${'x'.repeat(15)}"`]) {
        const text = 'x'.repeat(before) + character + after;
        read(text, 64 + (before % 16));
        sameEscape(text, 64 + (before % 3));
      }
});

void test('of the escapes of four digits only those of JSON.stringify are read', () => {
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
          const values = sameRow(`{"":"${'x'.repeat(before)}${escape}"}`, 64);
          assert.equal(values !== undefined, spelt.has(escape), escape);
          found += values === undefined ? 0 : 1;
        }
  // 32 control characters, five of them with an escape of two characters.
  assert.equal(found, 8 * 27);
});

void test('of the escapes of one letter only those of JSON.stringify are read', () => {
  const letters = Array.from({ length: 0x80 }, (_, code) => String.fromCharCode(code)).filter(
    (letter) => sameRow(`{"":"${'x'.repeat(15)}\\${letter}"}`, 64) !== undefined,
  );
  assert.deepEqual(letters, ['"', '\\', 'b', 'f', 'n', 'r', 't']);
});

void test('a row without an end is none, wherever the bytes end and whatever is behind them', () => {
  for (let length = 0; length <= 50; length += 1)
    for (const tail of [
      '',
      '\n',
      '\\',
      '\\"',
      '\\u',
      '\\u0',
      '\\u00',
      '\\u001',
      '\t"',
      '\u001f"',
      '"',
      '",',
      '":',
    ])
      for (const behind of ['', '"}', '}', '1}', '\n}'])
        assert.equal(sameRow(`{"":"${'x'.repeat(length)}${tail}`, 64, behind), undefined);
});

void test('the values of a row are found down to the members of its messages', () => {
  const value = (key: string, json: string, next: number, codeUnits = 0): Value => ({
    key,
    json,
    codeUnits,
    next,
  });
  assert.deepEqual(
    sameRow(' { "é" : 1 ,"m":[{"a":"ü\\n","b":[{"c":2}]},{ } , 3], "o":{"d":{"e":{}}}}\r', 64),
    [
      value('é', '1', 1),
      value('m', '[{"a":"ü\\n","b":[{"c":2}]},{ } , 3]', 7),
      value('', '{"a":"ü\\n","b":[{"c":2}]}', 5),
      value('a', '"ü\\n"', 4, 2),
      value('b', '[{"c":2}]', 5),
      value('', '{ }', 6),
      value('', '3', 7),
      value('o', '{"d":{"e":{}}}', 10),
      value('d', '{"e":{}}', 10),
      value('e', '{}', 10),
    ],
  );
});

void test('a row of more values than the table, or of more than a hundred depths, is not read', () => {
  assert.notEqual(sameRow('{"a":1,"b":[2,3]}', 64, '', 4), undefined);
  assert.equal(sameRow('{"a":1,"b":[2,3]}', 64, '', 3), undefined);
  const nested = (depth: number): string => `{"":${'['.repeat(depth)}${']'.repeat(depth)}}`;
  assert.notEqual(sameRow(nested(99), 64), undefined);
  assert.equal(sameRow(nested(100), 64), undefined);
});

void test('random bytes of JSON are read alike, and what is read is JSON as JSON.stringify writes it', () => {
  const dice = new Dice(21);
  const texts = [
    '\\',
    '"',
    'x',
    'plain text of a sentence ',
    'é',
    '漢字',
    '😀',
    '\n',
    '\u0001',
    '\u001F',
    '\u2028',
  ];
  const text = (): string => Array.from({ length: dice.below(8) }, () => dice.pick(texts)).join('');
  const value = (depth: number): unknown =>
    dice.pick<() => unknown>([
      text,
      text,
      () => dice.pick([0, -1.5, 1e300, 2e-9, 12_345_678_901, true, false, null]),
      () => (depth > 5 ? [] : Array.from({ length: dice.below(3) }, () => value(depth + 1))),
      () =>
        depth > 5
          ? {}
          : Object.fromEntries(Array.from({ length: dice.below(3) }, () => [text(), value(depth + 1)])),
    ])();
  let [found, changed] = [0, 0];
  for (let round = 0; round < 40_000; round += 1) {
    const row = { [dice.pick(['k', 'é', '\n'])]: value(1), z: value(1) };
    const bytes = Buffer.from(
      dice.chance(0.5) ? JSON.stringify(row) : JSON.stringify(row, null, dice.pick([1, '\t'])),
    );
    if (dice.chance(0.5)) {
      bytes[dice.below(bytes.length)] = dice.pick([
        ...Buffer.from('"\\{}[],: \n0192.eE+-utxfn'),
        dice.below(256),
      ]);
      changed += 1;
    }
    if (!isUtf8(bytes)) continue;
    const values = sameRow(bytes, 64 + dice.below(16), dice.pick(['', '}', '"}', ',']), 1000);
    if (values === undefined) continue;
    found += 1;
    assert.equal(typeof JSON.parse(bytes.toString()), 'object');
  }
  assert.ok(found > 10_000 && changed > 15_000, `${found} rows were read, ${changed} changed`);
});

void test('random texts are escaped as JSON.stringify does, and decoded again', () => {
  const dice = new Dice(22);
  const parts = [...characters, 'a longer plain stretch of text', 'von Größe'];
  for (let round = 0; round < 10_000; round += 1)
    sameEscape(Array.from({ length: dice.below(20) }, () => dice.pick(parts)).join(''), 64 + dice.below(16));
});
