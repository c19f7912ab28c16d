import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compositionText } from '../../../client/text/composition.js';
import type { CompositionRow } from '../../../core/contracts/mix.js';
import { compositionRow } from '../../support/composition-row.js';

const volumes = (...bytes: readonly number[]): CompositionRow['volumes'] => {
  const [duplicates, heldout, heldoutUnused, notSelected, kept] = bytes.map((each) => ({
    bytes: each,
    assistantChars: each / 2,
  }));
  assert.ok(duplicates && heldout && heldoutUnused && notSelected && kept);
  return { duplicates, heldout, heldoutUnused, notSelected, kept };
};

const sources = [
  compositionRow('a', {
    rows: 2000,
    read: 1005,
    filtered: 1,
    rejected: 3,
    rejectedBy: { bad_json: 2, no_messages: 1 },
    duplicates: 6,
    duplicatesBy: { a: 6 },
    heldout: 20,
    heldoutUnused: 5,
    notSelected: 70,
    kept: 900,
    repeat: 2,
    lines: 1800,
    bytes: 1_234_567,
    assistantChars: 765_432,
    askedRows: 900,
    volumes: volumes(6_000, 20_000, 5_000, 70_000, 617_000),
    realisedShare: 0.9,
    gaps: 1,
  }),
  compositionRow('b', {
    rows: 107,
    read: 107,
    duplicates: 7,
    duplicatesBy: { a: 4, b: 3 },
    kept: 100,
    lines: 100,
    bytes: 1000,
    assistantChars: 500,
    volumes: volumes(70, 0, 0, 0, 1_000),
    askedShare: 0.2,
    realisedShare: 0.1,
    limiting: true,
  }),
];
const shown = compositionText({ sources, trainLines: 1900, heldoutLines: 20 });
const cells = (line: string): string[] =>
  line
    .split('│')
    .slice(1, -1)
    .map((cell) => cell.trim());
const linesOf = (name: string): string[][] =>
  shown
    .split('\n')
    .map(cells)
    .filter(([first]) => first === name);
const numberOf = (cell: string): number => Number(cell.replaceAll(',', ''));

void test('in every line of the first table what was read is the sum of what became of it', () => {
  for (const name of ['a', 'b', 'all']) {
    const [read = -1, ...fates] = (linesOf(name)[0] ?? []).slice(1).map(numberOf);
    assert.equal(
      read,
      fates.reduce((sum, count) => sum + count, 0),
    );
  }
  assert.deepEqual(linesOf('all')[0], ['all', '1,112', '1', '3', '13', '20', '5', '70', '1,000']);
});

void test('the second table has shares asked and realised, lines, bytes and characters of assistant text', () => {
  assert.deepEqual(linesOf('a')[1], ['a', '900 rows', '90.0 %', '900', '2', '1,800', '1.23 MB', '765,432']);
  assert.deepEqual(linesOf('b')[1], ['b', '20.0 %', '10.0 %', '100', '1', '100', '1.00 kB', '500']);
  assert.deepEqual(linesOf('all')[1], ['all', '', '', '1,000', '', '1,900', '1.24 MB', '765,932']);
});

void test('the third table has bytes and characters of what was converted, by what became of it', () => {
  assert.deepEqual(linesOf('a')[2], ['a', '6.00 kB', '20.0 kB', '5.00 kB', '70.0 kB', '617 kB']);
  assert.deepEqual(linesOf('')[1], ['', '3,000', '10,000', '2,500', '35,000', '308,500']);
  assert.deepEqual(linesOf('all')[2], ['all', '6.07 kB', '20.0 kB', '5.00 kB', '70.0 kB', '618 kB']);
});

void test('sentences name why rows were rejected, which source won the duplicates, and which source limited the mix', () => {
  assert.deepEqual(
    shown.split('\n').filter((line) => /^[ab]: /.test(line)),
    [
      'a: 2,000 rows make 1,005 conversations',
      'a: 1 dialogue with a missing turn, kept',
      'a: rejected: 2 bad_json, 1 no_messages',
      'a: duplicates: 6 of its own',
      'b: duplicates: 4 that are in a, 3 of its own',
      'b: limited the mix: it has too few conversations for its share',
    ],
  );
});
