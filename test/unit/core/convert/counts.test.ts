import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addCounts, noCounts } from '../../../../core/convert/findings/counts.js';

const rows = {
  ...noCounts,
  rows: 5,
  read: 5,
  filtered: 1,
  rejected: 1,
  rejectedBy: { bad_json: 1 },
  converted: 3,
};
const dialogues = { ...noCounts, read: 2, converted: 2, gaps: 1, unfinished: 0, collapsedRows: 4 };

void test('counts are added field by field, and reasons by name', () => {
  const more = { ...rows, rejected: 3, rejectedBy: { bad_json: 2, bad_utf8: 1 } };
  assert.deepEqual(addCounts(rows, more), {
    ...noCounts,
    rows: 10,
    read: 10,
    filtered: 2,
    rejected: 4,
    rejectedBy: { bad_json: 3, bad_utf8: 1 },
    converted: 6,
  });
});

void test('facts about dialogues are there only where one of the parts has them', () => {
  assert.deepEqual(addCounts(noCounts, rows), rows);
  assert.deepEqual(addCounts(noCounts, dialogues), dialogues);
  assert.deepEqual(addCounts(dialogues, dialogues).gaps, 2);
});
