import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reuseNotes } from '../../../workflows/source/reuse-notes.js';

const download = { files: 2, bytes: 10, fetchedBytes: 10, resumedBytes: 0, reusedFiles: 0 };
const conversion = { pieces: 3, reusedPieces: 0, rows: 1, conversations: 1, rejected: 0 };

void test('a source that was fetched and converted whole has no note', () => {
  assert.deepEqual(reuseNotes(download, [conversion]), []);
});

void test('what was in the store already is noted, of pieces and of dialogues together', () => {
  assert.deepEqual(
    reuseNotes({ ...download, files: 4, reusedFiles: 3, resumedBytes: 1_500_000 }, [
      { ...conversion, reusedPieces: 3 },
      { ...conversion, reusedPieces: 1 },
    ]),
    [
      'reused 3 of 4 files that were on disk, complete',
      'resumed downloads from 1.50 MB that were on disk',
      'reused 4 of 6 converted pieces from the store',
    ],
  );
});
