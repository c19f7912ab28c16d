import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  dialoguePartitionsFor,
  partitionsFor,
  pieceBytesFor,
  tokenPieceBytes,
} from '../../../../core/mix/shuffle-sizes.js';

const mebibyte = 2 ** 20;

void test('pieces have 32 MiB up to 2 GB, grow to a gibibyte at 100 GB, and grow again beyond a terabyte', () => {
  for (const [bytes, expected] of [
    [0, 32],
    [1.25e9, 32],
    [2e9, 32],
    [10e9, 128],
    [30e9, 256],
    [100e9, 1024],
    [1e12, 1024],
    [10e12, 4096],
  ] as const)
    assert.equal(pieceBytesFor(bytes), expected * mebibyte, `${bytes} bytes`);
});

void test('a source that grows by a tenth mostly keeps the size of its pieces', () => {
  const sizes = Array.from({ length: 100 }, (_, step) => 1e9 * 1.1 ** step);
  const changed = sizes.filter((bytes) => pieceBytesFor(bytes * 1.1) !== pieceBytesFor(bytes));
  assert.ok(changed.length <= 8, `${changed.length} of ${sizes.length} steps`);
});

void test('a source has enough pieces for a hundred workers with ten seconds of work each', () => {
  for (let bytes = 5e9; bytes < 100e9; bytes *= 1.1) {
    const pieces = bytes / pieceBytesFor(bytes);
    assert.ok(pieces > 64 && pieces < 150, `${bytes} bytes: ${pieces} pieces`);
  }
});

void test('the rows of a dialogue partition stay small where pieces are large', () => {
  assert.equal(dialoguePartitionsFor(0, pieceBytesFor(0)), 1);
  for (const [bytes, most] of [
    [1e9, 16],
    [10e9, 64],
    [30e9, 128],
    [100e9, 128],
  ] as const) {
    const rows = bytes / dialoguePartitionsFor(bytes, pieceBytesFor(bytes));
    assert.ok(rows <= most * mebibyte && rows > 0.9 * most * mebibyte, `${bytes}: ${rows} bytes`);
  }
  assert.equal(dialoguePartitionsFor(1e12, pieceBytesFor(1e12)), 1024);
});

void test('partitions are a power of two that divides the cells, and have some megabytes of every piece', () => {
  for (const [bytes, expected] of [
    [0, 1],
    [1.25e9, 32],
    [10e9, 128],
    [100e9, 256],
    [1e12, 1024],
    [1e15, 4096],
  ] as const)
    assert.equal(partitionsFor(bytes), expected, `${bytes} bytes`);
  for (const bytes of [2e9, 30e9, 100e9, 300e9, 3e12]) {
    const ranges = partitionsFor(bytes) * (bytes / pieceBytesFor(bytes));
    const rangeBytes = bytes / ranges;
    assert.ok(rangeBytes > mebibyte / 2.1 && rangeBytes < 4.2 * mebibyte, `${bytes}: ${rangeBytes} bytes`);
  }
});

void test('pieces of tokens grow with the partitions', () => {
  assert.equal(tokenPieceBytes(32 * mebibyte), 8 * mebibyte);
  assert.equal(tokenPieceBytes(1024 * mebibyte), 128 * mebibyte);
});
