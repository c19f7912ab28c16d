import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lockMoves, objectMoves } from '../../../../core/hub/lock-moves.js';

const at = (commit: string, files: Readonly<Record<string, string>>) => ({
  dataset: 'o/n',
  commit: commit.repeat(40),
  files: Object.entries(files).map(([path, sha256]) => ({ path, sizeBytes: 1000, sha256 })),
});

const now = { ...at('b', {}), files: [{ path: 'a', sizeBytes: 2000, sha256: '1' }] };

void test('a new lock, an unchanged lock and a changed lock are distinguished', () => {
  assert.deepEqual(lockMoves(undefined, now), ['the lock takes o/n at bbbbbbbbbbbb']);
  assert.deepEqual(lockMoves({ ...now }, now), ['the lock stays: o/n is still at bbbbbbbbbbbb']);
  assert.deepEqual(lockMoves(at('a', { a: '1' }), now), [
    'the lock moves o/n from aaaaaaaaaaaa to bbbbbbbbbbbb: the files of the split are the same',
  ]);
  assert.deepEqual(lockMoves(at('a', { a: '0', b: '2' }), now), [
    'the lock moves o/n from aaaaaaaaaaaa to bbbbbbbbbbbb: changed a; gone b (2.00 kB before, 2.00 kB now)',
  ]);
});

void test('a dataset under another name is named', () => {
  assert.deepEqual(lockMoves({ ...now, dataset: 'o/old' }, now), ['the lock moves from o/old to o/n']);
});

void test('what moves in the lock of objects of a bucket is named object by object', () => {
  const of = (etags: Readonly<Record<string, string>>) => ({
    asked: { files: ['s3://b/*'] },
    files: Object.entries(etags).map(([path, etag]) => ({ path, sizeBytes: 1, etag })),
  });
  const after = of({ 's3://b/a': '1', 's3://b/c': '3' });
  assert.deepEqual(objectMoves(undefined, after), ['the lock takes 2 objects of s3://b/*']);
  assert.deepEqual(objectMoves(of({ 's3://b/a': '1', 's3://b/c': '3' }), after), [
    'the lock stays: 2 objects of s3://b/* as before',
  ]);
  assert.deepEqual(objectMoves(of({ 's3://b/a': '0', 's3://b/b': '2' }), after), [
    'the lock moves to 2 objects of s3://b/*: new s3://b/c; changed s3://b/a; gone s3://b/b (2 B before, 2 B now)',
  ]);
});
