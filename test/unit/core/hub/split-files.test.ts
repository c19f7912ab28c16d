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

void test('a split of which the Hub converted only a part is found, with a note', () => {
  const all = ['default/partial-train/0000.parquet', 'default/partial-train/0001.parquet'];
  const choice = chooseSplitFiles(all, [], { revision: 'refs/convert/parquet', split: 'train' });
  assert.ok(choice.found);
  assert.deepEqual(choice.paths, all);
  assert.equal(choice.split, 'partial-train');
  assert.match(choice.notes.join(), /only a part of it.*the whole is in the revision main/);
  assert.deepEqual(pathsOf([...all, 'default/train/0000.parquet'], {}), ['default/train/0000.parquet']);
});

void test('converted splits with a word in common stay apart, and folders of a large split are one', () => {
  const all = ['test_gen', 'test_sft', 'train_gen', 'train_sft'].map(
    (split) => `default/${split}/0000.parquet`,
  );
  assert.match(
    failureOf(all, { split: 'train' }),
    /has no split "train"; the splits are test_gen, test_sft, train_gen, train_sft/,
  );
  assert.deepEqual(pathsOf(all, { split: 'train_sft' }), ['default/train_sft/0000.parquet']);
  const large = ['c/train-part0/0000.parquet', 'c/train-part1/0000.parquet', 'c/test/0000.parquet'];
  assert.deepEqual(pathsOf(large, {}), large.slice(0, 2));
});

void test('a config with a word of a split in its name gives that split no other files', () => {
  const all = ['test', 'train', 'validation'].map((split) => `auxiliary_train/${split}/0000.parquet`);
  assert.deepEqual(pathsOf(all, { config: 'auxiliary_train' }), ['auxiliary_train/train/0000.parquet']);
  assert.deepEqual(pathsOf(all, { config: 'auxiliary_train', split: 'test' }), [
    'auxiliary_train/test/0000.parquet',
  ]);
});

void test('outside the converted branch, folders of numbered parquet files are splits only where a word says so', () => {
  const all = ['data/de/0000.parquet', 'data/en/0000.parquet'];
  assert.deepEqual(pathsOf(all, {}), all);
  assert.match(failureOf(all, { revision: 'refs/convert/parquet' }), /the splits are de, en/);
});

void test('names with dots, dashes and underscores stay as they stand, and no two are united for a request', () => {
  const all = ['dev-clean', 'dev-other', 'train.clean.100', 'train.clean.360'].map(
    (split) => `data/${split}-00000-of-00001.parquet`,
  );
  assert.deepEqual(pathsOf(all, { split: 'train.clean.100' }), all.slice(2, 3));
  assert.deepEqual(pathsOf(all, { split: 'dev-other' }), all.slice(1, 2));
  assert.match(
    failureOf(all, {}),
    /the splits are dev-clean, dev-other, train\.clean\.100, train\.clean\.360/,
  );
  assert.match(failureOf(all, { split: 'validation' }), /has no split "validation"/);
  const named = ['en/c4-train-00000-of-00001.jsonl', 'en/c4-validation-00000-of-00001.jsonl'];
  assert.deepEqual(pathsOf(named, {}), named.slice(0, 1));
  assert.deepEqual(pathsOf(['train.clean.100.jsonl', 'x.jsonl'], { split: 'train.clean.100' }), [
    'train.clean.100.jsonl',
  ]);
});

const notesOf = (all: readonly string[], request: SplitRequest, card: readonly CardConfig[] = []): string => {
  const choice = chooseSplitFiles(all, card, request);
  assert.ok(choice.found);
  return choice.notes.join('; ');
};

void test('files that are in no split, in a format that is not read, or of several names are named', () => {
  assert.match(
    notesOf(['a.jsonl', 'b.jsonl', 'train.jsonl'], {}),
    /left out a\.jsonl, b\.jsonl: .*in no split/,
  );
  assert.match(notesOf(['train.jsonl', 'train-2.csv'], {}), /left out train-2\.csv: Headrace reads/);
  assert.match(notesOf(['x/1.jsonl', 'x/2.arrow'], { dataFiles: ['x/*'] }), /left out x\/2\.arrow/);
  assert.match(
    notesOf(['train_gen.jsonl', 'train_sft.jsonl'], {}),
    /split "train" has files of several names: train_gen, train_sft/,
  );
  assert.equal(notesOf(['train_0.jsonl', 'train_1.jsonl', 'README.md'], {}), '');
  assert.equal(notesOf(['train/a.jsonl', 'train/b.jsonl', 'test/a.jsonl'], {}), '');
});

void test('a file that a README.md names and the repository lacks is an error; a pattern without files a note', () => {
  const card = [config('default', [{ split: 'train', patterns: ['a.jsonl', 'b.jsonl', 'c-*.jsonl'] }])];
  assert.match(
    failureOf(['a.jsonl'], {}, card),
    /no file for split "train": its README\.md names b\.jsonl, which the repository does not have/,
  );
  assert.match(notesOf(['a.jsonl', 'b.jsonl'], {}, card), /the files "c-\*\.jsonl", and there are none/);
});

void test('hidden files, folders with two underscores and side files are data where a glob names them', () => {
  const all = ['.raw/a.jsonl', '__old/b.jsonl', 'x/config.json', 'x/.c.jsonl', 'y.jsonl'];
  assert.deepEqual(pathsOf(all, { dataFiles: ['**'] }), ['y.jsonl']);
  assert.deepEqual(
    pathsOf(all, { dataFiles: ['.raw/*', '__*/*', 'x/config.json', 'x/.*'] }),
    all.slice(0, 4).sort(),
  );
});
