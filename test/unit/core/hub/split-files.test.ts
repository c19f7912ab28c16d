import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CardConfig } from '../../../../core/hub/card-config.js';
import { chooseSplitFiles, type SplitRequest } from '../../../../core/hub/split-files.js';

function pathsOf(
  all: readonly string[],
  request: SplitRequest,
  card: readonly CardConfig[] = [],
): readonly string[] {
  const choice = chooseSplitFiles(all, card, request);
  if (!choice.found) throw new Error(choice.message);
  return choice.paths;
}

function failureOf(all: readonly string[], request: SplitRequest, card: readonly CardConfig[] = []): string {
  const choice = chooseSplitFiles(all, card, request);
  assert.equal(choice.found, false);
  return choice.found ? '' : choice.message;
}

const config = (
  name: string,
  dataFiles: CardConfig['dataFiles'],
  more: Partial<CardConfig> = {},
): CardConfig => ({
  name,
  isDefault: false,
  dataDir: '',
  dataFiles,
  ...more,
});

void test('sharded files under data/ belong to the split in their name', () => {
  const all = [
    'README.md',
    'data/train-00000-of-00002.parquet',
    'data/train-00001-of-00002.parquet',
    'data/test-00000-of-00001.parquet',
  ];
  assert.deepEqual(pathsOf(all, {}), all.slice(1, 3));
  assert.deepEqual(pathsOf(all, { split: 'test' }), all.slice(3));
});

void test('valid, dev and val mean validation, in the request and in file names', () => {
  for (const file of ['valid.json', 'dev.jsonl', 'val.jsonl', 'validation.json.gz'])
    for (const split of ['valid', 'dev', 'val', 'validation'])
      assert.deepEqual(pathsOf(['train.json', file, 'test.json'], { split }), [file]);
});

void test('a folder or a file named as the split is the split, keyword or not', () => {
  assert.deepEqual(pathsOf(['a/train_sft.jsonl', 'a/other.jsonl'], { split: 'train_sft' }), [
    'a/train_sft.jsonl',
  ]);
  assert.deepEqual(pathsOf(['train/a.json', 'train/b.json', 'test/a.json'], {}), [
    'train/a.json',
    'train/b.json',
  ]);
});

void test('files whose names have no split are train', () => {
  assert.deepEqual(pathsOf(['b.jsonl', 'a.jsonl.zst', '.hidden.json', 'dataset_infos.json'], {}), [
    'a.jsonl.zst',
    'b.jsonl',
  ]);
});

void test('data_files decide alone, and several globs give each file once', () => {
  const all = ['x/1.jsonl', 'x/2.jsonl', 'y/3.jsonl'];
  assert.deepEqual(pathsOf(all, { dataFiles: ['y/*', 'x/*', '**/1.jsonl'] }), all);
  assert.match(
    failureOf(all, { dataFiles: ['z/*'] }),
    /"z\/\*" matches no file; the data files are x\/1\.jsonl/,
  );
  assert.match(failureOf(['a.csv'], { dataFiles: ['*.csv'] }), /only a\.csv/);
});

void test('the configs of a README decide before the conventions', () => {
  const all = ['en/part.parquet', 'de/part.parquet', 'train.json'];
  const card = [
    config('en', [{ split: 'train', patterns: ['en/*.parquet'] }]),
    config('de', [{ split: 'train', patterns: ['de/*.parquet'] }], { isDefault: true }),
  ];
  assert.deepEqual(pathsOf(all, {}, card), ['de/part.parquet']);
  assert.deepEqual(pathsOf(all, { config: 'en' }, card), ['en/part.parquet']);
  assert.match(failureOf(all, { config: 'fr' }, card), /no config "fr"; the configs are en, de/);
  assert.match(
    failureOf(all, { split: 'test' }, card),
    /no split "test" in config "de"; the splits are train/,
  );
  assert.match(failureOf(all, {}, [config('a', []), config('b', [])]), /name one of a, b/);
});

void test('a README split called valid answers to validation', () => {
  const card = [config('default', [{ split: 'valid', patterns: ['v.json'] }])];
  assert.deepEqual(pathsOf(['v.json', 't.json'], { split: 'validation' }, card), ['v.json']);
  assert.deepEqual(pathsOf(['v.json', 't.json'], { split: 'dev' }, card), ['v.json']);
});

void test('a data_dir in a README narrows patterns and conventions', () => {
  const all = ['a/train.json', 'b/train.json'];
  assert.deepEqual(pathsOf(all, {}, [config('default', [], { dataDir: 'b' })]), ['b/train.json']);
  const patterns = [{ split: 'train', patterns: ['*.json'] }];
  assert.deepEqual(pathsOf(all, {}, [config('default', patterns, { dataDir: './a/' })]), ['a/train.json']);
});

void test('on refs/convert/parquet a top folder is a config and a second one the split', () => {
  const one = ['default/train/0000.parquet', 'default/train/0001.parquet', 'default/validation/0000.parquet'];
  assert.deepEqual(pathsOf(one, {}), one.slice(0, 2));
  assert.deepEqual(pathsOf(one, { split: 'valid' }), one.slice(2));
  const two = ['en/train/0000.parquet', 'de/train/0000.parquet'];
  assert.match(failureOf(two, {}), /several configs; name one of en, de/);
  assert.deepEqual(pathsOf(two, { config: 'de' }), ['de/train/0000.parquet']);
});

void test('a split kept in two formats is read in one, with a note', () => {
  const choice = chooseSplitFiles(['train.json', 'train.parquet'], [], {});
  assert.ok(choice.found);
  assert.deepEqual(choice.paths, ['train.parquet']);
  assert.match(choice.notes.join(), /left out train\.json/);
});

void test('the error for a missing split lists the splits; for a repository without data files, its files', () => {
  assert.match(
    failureOf(['train.json', 'test.json'], { split: 'gen' }),
    /no split "gen"; the splits are train, test/,
  );
  assert.match(failureOf(['a.csv', 'b.csv'], {}), /no JSONL, JSON or parquet file, only a\.csv, b\.csv/);
});
