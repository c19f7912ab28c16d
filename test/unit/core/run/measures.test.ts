import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ConvertPiecesResult } from '../../../../core/contracts/conversion.js';
import type { DownloadFilesResult } from '../../../../core/contracts/source.js';
import { measuresOf } from '../../../../core/run/measures.js';
import { fakeActivities, ref } from '../../../workflows/fake-activities.js';

void test('bytes that were in the store before are told apart from those that were fetched', () => {
  const output: DownloadFilesResult = {
    files: 5,
    reusedFiles: 2,
    bytes: 1_000,
    fetchedBytes: 600,
    resumedBytes: 100,
  };
  assert.deepEqual(measuresOf('downloadFiles', output, {}), [
    { counter: 'files', value: 3, labels: { what: 'fetched' } },
    { counter: 'files', value: 2, labels: { what: 'there before' } },
    { counter: 'bytes', value: 600, labels: { what: 'fetched' } },
    { counter: 'bytes', value: 400, labels: { what: 'there before' } },
  ]);
});

void test('every row of a piece is counted as converted or rejected', () => {
  const output: ConvertPiecesResult = { pieces: 3, reusedPieces: 1, rows: 9, conversations: 7, rejected: 2 };
  assert.deepEqual(measuresOf('convertPieces', output, {}), [
    { counter: 'rows', value: 9 },
    { counter: 'conversations', value: 7, labels: { what: 'converted' } },
    { counter: 'conversations', value: 2, labels: { what: 'rejected' } },
    { counter: 'pieces', value: 2, labels: { stage: 'convert', what: 'made' } },
    { counter: 'pieces', value: 1, labels: { stage: 'convert', what: 'there before' } },
  ]);
});

void test('steps count once they are recorded, and only those of the segment', async () => {
  const { activities } = fakeActivities();
  const plan = ref('training', 't');
  const result = await activities.trainSegment({ plan, from: 2, to: 4, predecessor: null });
  const input = { plan, out: '/nowhere', predecessor: null, from: 2, result };
  const measures = measuresOf('recordSegment', await activities.recordSegment(input), input);
  assert.deepEqual(measures[0], { counter: 'steps', value: 2 });
  assert.deepEqual(measuresOf('planMix', {}, {}), []);
});
