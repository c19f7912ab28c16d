import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stageTotals } from '../../../client/runs/stage-totals.js';
import type { PendingActivity } from '../../../client/runs/pending-activities.js';
import type { RunState } from '../../../core/run/state.js';

const download = (id: string, done: number, total: number): PendingActivity => ({
  id,
  type: 'downloadFiles',
  attempt: 1,
  started: true,
  progress: { stage: 'download', label: id, done, total, unit: 'bytes' },
  lastFailure: undefined,
});
const state: RunState = {
  name: 'run',
  stage: 'download',
  sources: [
    { name: 'local', status: 'done', files: 1, bytes: 999, downloads: [0, 0], notes: [] },
    { name: 'one', status: 'download', bytes: 1000, downloads: [1, 3], downloadedBytes: 400, notes: [] },
    { name: 'two', status: 'download', bytes: 500, downloads: [0, 1], downloadedBytes: 0, notes: [] },
  ],
  composition: null,
  tokens: null,
  server: null,
  developmentServer: false,
  train: null,
  cost: null,
  waitingFor: [],
  notes: [],
};

void test('several downloads have a line in all: finished batches and what is on its way, of all Hub sources', () => {
  const [all] = stageTotals(state, [download('a', 100, 300), download('b', 50, 500)]);
  assert.equal(all?.progress?.done, 550);
  assert.equal(all?.progress?.total, 1500);
});

void test('one download has no second line, nor has a run without an answer', () => {
  assert.deepEqual(stageTotals(state, [download('a', 100, 300)]), []);
  assert.deepEqual(stageTotals(undefined, [download('a', 1, 3), download('b', 1, 3)]), []);
});

void test('pieces of a stage have a line in all, in which those under way count by how far they are', () => {
  const piece = (id: string, stage: 'convert' | 'tokenise', done: number): PendingActivity => ({
    ...download(id, 0, 0),
    progress: { stage, label: id, done, total: 100, unit: 'bytes' },
  });
  const converting: RunState = {
    ...state,
    sources: [
      { name: 'one', status: 'convert', pieces: [3, 8], notes: [] },
      { name: 'two', status: 'done', pieces: [2, 2], notes: [] },
      { name: 'three', status: 'download', notes: [] },
    ],
    tokens: { pieces: [1, 4], totalSteps: null },
  };
  const [convert, tokenise] = stageTotals(converting, [
    piece('a', 'convert', 50),
    piece('b', 'convert', 25),
    piece('c', 'tokenise', 100),
  ]);
  assert.deepEqual(
    [convert?.progress?.done, convert?.progress?.total, convert?.progress?.unit],
    [5.75, 10, 'pieces'],
  );
  assert.deepEqual([tokenise?.progress?.done, tokenise?.progress?.total], [2, 4]);
  const one: RunState = { ...state, tokens: { pieces: [0, 1], totalSteps: null } };
  assert.deepEqual(stageTotals(one, [piece('d', 'tokenise', 10)]), [], 'one piece needs no line in all');
});
