/** A repository whose splits Headrace and Python `datasets` find. Every file has a row. */
export interface SplitTree {
  /** What the tree shows. */
  readonly name: string;
  readonly files: readonly string[];
  /** YAML at the head of README.md. */
  readonly card?: string;
  /** `refs/convert/parquet`: the files are of this branch. */
  readonly revision?: string;
  readonly config?: string;
  /** Where Headrace differs on purpose: why, and what it finds for each split, or the error. */
  readonly differs?: {
    readonly why: string;
    readonly ours: Readonly<Record<string, readonly string[] | RegExp>>;
  };
}

const shards = (name: string, count: number): string[] =>
  Array.from({ length: count }, (_, at) => `${name}-0000${at}-of-0000${count}.parquet`);

/** Names by the conventions. */
const named: readonly SplitTree[] = [
  { name: 'shards in data/', files: [...shards('data/train', 2), ...shards('data/test', 1)] },
  {
    name: 'shards with a hash',
    files: ['data/train-00000-of-00002-af80bb4f946cfaaf.parquet', 'data/train-00001-of-00002-0a.parquet'],
  },
  {
    name: 'shards of splits with underscores',
    files: [...shards('data/train_sft', 2), ...shards('data/test_sft', 1), ...shards('data/train_gen', 1)],
  },
  {
    name: 'shards of splits with dots',
    files: [...shards('data/train.clean.100', 2), ...shards('data/validation.other', 1)],
  },
  {
    name: 'shards of splits of no known word',
    files: [...shards('data/code_', 1), ...shards('data/rag', 1)],
  },
  {
    name: 'shards called dev keep their name',
    files: [...shards('data/dev', 1), ...shards('data/validation', 1)],
  },
  { name: 'other files beside shards in data/', files: [...shards('data/train', 1), 'old/train.parquet'] },
  { name: 'JSON Lines shards', files: ['data/train-00000-of-00001.jsonl', 'data/test-00000-of-00001.jsonl'] },
  {
    name: 'packed shards',
    files: ['data/train-00000-of-00002.jsonl.gz', 'data/train-00001-of-00002.jsonl.gz'],
  },
  { name: 'one file without a word', files: ['corpus.jsonl'] },
  { name: 'several files without a word', files: ['a.jsonl', 'b/c.jsonl', 'b/d/e.jsonl'] },
  { name: 'numbered parts without a word', files: [...shards('part', 3)] },
  { name: 'a word inside another is none', files: ['farodevigo.jsonl', 'latest.jsonl', 'trainer.jsonl'] },
  { name: 'a file for each split', files: ['train.jsonl', 'valid.jsonl', 'test.jsonl'] },
  { name: 'other words for splits', files: ['training.json', 'dev.json', 'evaluation.json'] },
  { name: 'words in names', files: ['my_train_v2.jsonl', 'my-val.jsonl', 'my test.jsonl'] },
  { name: 'numbered files of splits', files: ['train_0.jsonl', 'train_1.jsonl', 'test1.jsonl'] },
  { name: 'a folder for each split', files: ['train/a.jsonl', 'train/b.jsonl', 'test/a.jsonl'] },
  { name: 'folders of splits inside another', files: ['data/train/x/a.jsonl', 'data/dev/a.jsonl'] },
  { name: 'folders before file names', files: ['train/test.jsonl', 'train/a.jsonl', 'eval/train.jsonl'] },
  { name: 'a file beside the folders of splits', files: ['train/a.jsonl', 'extra.jsonl'] },
  { name: 'a file for a split among others', files: ['a.jsonl', 'b.jsonl', 'train.jsonl'] },
  { name: 'names that unite', files: ['train_sft.jsonl', 'train_gen.jsonl', 'test_sft.jsonl'] },
  {
    name: 'hidden files and folders of caches',
    files: ['a.jsonl', '.b.jsonl', '.cache/c.jsonl', '__raw/d.jsonl'],
  },
  { name: 'side files', files: ['a.json', 'dataset_infos.json', 'config.json', 'dataset_info.json'] },
  { name: 'parquet and JSON of one split', files: ['train.json', 'train.parquet'] },
  { name: 'more JSON than parquet', files: ['train-1.jsonl', 'train-2.jsonl', 'train-3.parquet'] },
  { name: 'JSON of several endings and parquet', files: ['a.json', 'b.jsonl', 'c.parquet', 'd.parquet'] },
  { name: 'a list of endings', files: ['train.v1.jsonl', 'train.v2.ndjson', 'train.v3.json'] },
  { name: 'a word with a number behind it', files: ['train2024.jsonl', 'test2024.jsonl'] },
];

/** README.md with `configs`. */
const carded: readonly SplitTree[] = [
  {
    name: 'a config with patterns',
    files: ['a/x.jsonl', 'a/y.jsonl', 'b/x.jsonl', 'train.jsonl'],
    card: 'configs:\n- config_name: default\n  data_files:\n  - split: train\n    path: a/*\n  - split: test\n    path: b/*.jsonl',
  },
  {
    name: 'two configs, one the default',
    files: ['en/x.jsonl', 'de/x.jsonl'],
    card: 'configs:\n- config_name: en\n  data_files: en/*\n- config_name: de\n  default: true\n  data_files: [de/x.jsonl]',
  },
  {
    name: 'a config by its name',
    files: ['en/x.jsonl', 'de/x.jsonl'],
    config: 'en',
    card: 'configs:\n- config_name: en\n  data_files: en/*\n- config_name: de\n  default: true\n  data_files: de/*',
  },
  {
    name: 'configs without a default',
    files: ['en/x.jsonl', 'de/x.jsonl'],
    card: 'configs:\n- config_name: en\n  data_files: en/*\n- config_name: de\n  data_files: de/*',
  },
  {
    name: 'several patterns of a split, and one that matches nothing',
    files: ['p1/x.jsonl', 'p2/y.jsonl', 'p3/z.jsonl'],
    card: 'configs:\n- config_name: default\n  data_files:\n  - split: train\n    path: [p1/*, "p2/*.jsonl", "p9/*"]',
  },
  {
    name: 'a README.md that names a file which is not there',
    files: ['a.jsonl'],
    card: 'configs:\n- config_name: default\n  data_files:\n  - split: train\n    path: [a.jsonl, b.jsonl]',
  },
  {
    name: 'patterns with characters of a set',
    files: ['s0.jsonl', 's1.jsonl', 's2.jsonl', 'sx.jsonl', 's10.jsonl'],
    card: 'configs:\n- config_name: default\n  data_files:\n  - split: train\n    path: "s[0-9].jsonl"\n  - split: test\n    path: "s[!0-9].jsonl"',
  },
  {
    name: 'a pattern across folders',
    files: ['x/a.jsonl', 'x/y/b.jsonl', 'z/c.jsonl'],
    card: 'configs:\n- config_name: default\n  data_files: "x/**"',
  },
  {
    name: 'a pattern that leaves hidden folders out',
    files: ['x/a.jsonl', 'x/.raw/b.jsonl', 'x/__old/c.jsonl', 'x/config.json'],
    card: 'configs:\n- config_name: default\n  data_files: "x/**"',
  },
  {
    name: 'patterns that name hidden folders and side files',
    files: ['.raw/b.jsonl', '__old/c.jsonl', 'x/config.json', 'a.jsonl'],
    card: 'configs:\n- config_name: default\n  data_files: [".raw/*", "__old/*", "x/config.json"]',
  },
  {
    name: 'splits with dots in a README.md',
    files: ['all/train.clean.100/0.parquet', 'all/dev.other/0.parquet'],
    card: 'configs:\n- config_name: all\n  data_files:\n  - split: train.clean.100\n    path: all/train.clean.100/*\n  - split: dev.other\n    path: all/dev.other/*.parquet',
  },
  {
    name: 'a data_dir without patterns',
    files: ['a/train.jsonl', 'a/test.jsonl', 'b/train.jsonl'],
    card: 'configs:\n- config_name: default\n  data_dir: a',
  },
  {
    name: 'a data_dir with shards in data/',
    files: [...shards('v2/data/train', 2), ...shards('data/train', 1)],
    card: 'configs:\n- config_name: default\n  data_dir: v2',
  },
  {
    name: 'a data_dir with patterns',
    files: ['a/x.jsonl', 'x.jsonl'],
    card: 'configs:\n- config_name: default\n  data_dir: a\n  data_files: "*.jsonl"',
  },
  {
    name: 'a file in two splits of a README.md',
    files: ['a.jsonl', 'b.jsonl'],
    card: 'configs:\n- config_name: default\n  data_files:\n  - split: train\n    path: "*.jsonl"\n  - split: test\n    path: b.jsonl',
  },
  {
    name: 'a README.md without configs',
    files: ['train.jsonl', 'test.jsonl'],
    card: 'license: mit\nlanguage: [en]\ndataset_info:\n  features:\n  - name: text\n    dtype: string\n  splits:\n  - name: train\n    num_examples: 1',
  },
  {
    name: 'configs in .huggingface.yaml',
    files: ['a.jsonl', 'b.jsonl', '.huggingface.yaml'],
    card: 'configs:\n- config_name: default\n  data_files: a.jsonl',
  },
];

/** Where Headrace differs, since two splits would become one, or a split could not be read at all. */
const differing: readonly SplitTree[] = [
  {
    name: 'a split of which the Hub converted a part',
    revision: 'refs/convert/parquet',
    files: [
      'default/partial-train/0000.parquet',
      'default/partial-train/0001.parquet',
      'default/test/0000.parquet',
    ],
    differs: {
      why: 'the split keeps its name, partial-train, and is found for train with a note',
      ours: {
        train: ['default/partial-train/0000.parquet', 'default/partial-train/0001.parquet'],
        'partial-train': ['default/partial-train/0000.parquet', 'default/partial-train/0001.parquet'],
        test: ['default/test/0000.parquet'],
      },
    },
  },
  {
    name: 'converted splits with a word in common',
    revision: 'refs/convert/parquet',
    files: ['train_sft', 'train_gen', 'test_sft', 'test_gen'].map((split) => `default/${split}/0000.parquet`),
    differs: {
      why: 'datasets unites train_sft and train_gen; they are two splits of the dataset',
      ours: {
        train: /no split "train".*test_gen, test_sft, train_gen, train_sft/,
        train_sft: ['default/train_sft/0000.parquet'],
      },
    },
  },
  {
    name: 'a converted config with a word of a split in its name',
    revision: 'refs/convert/parquet',
    config: 'auxiliary_train',
    files: ['train', 'test', 'validation'].map((split) => `auxiliary_train/${split}/0000.parquet`),
    differs: {
      why: 'datasets puts test and validation in train as well, and knows no config without a README.md',
      ours: {
        train: ['auxiliary_train/train/0000.parquet'],
        test: ['auxiliary_train/test/0000.parquet'],
      },
    },
  },
  {
    name: 'a converted split in several folders',
    revision: 'refs/convert/parquet',
    files: ['default/gen-part0/0000.parquet', 'default/gen-part1/0000.parquet', 'default/other/0000.parquet'],
    differs: {
      why: 'datasets finds no split words and reads both splits as train',
      ours: {
        gen: ['default/gen-part0/0000.parquet', 'default/gen-part1/0000.parquet'],
        train: /gen, other/,
      },
    },
  },
  {
    name: 'shards of splits with dashes',
    files: [...shards('data/dev-other', 1), ...shards('data/dev-clean', 1)],
    differs: {
      why: 'datasets refuses dashes in the names of splits',
      ours: { 'dev-other': shards('data/dev-other', 1), dev: /no split "dev".*dev-clean, dev-other/ },
    },
  },
  {
    name: 'a split with a dash in a README.md',
    files: ['a.jsonl', 'b.jsonl'],
    card: 'configs:\n- config_name: default\n  data_files:\n  - split: dev-other\n    path: a.jsonl\n  - split: train\n    path: b.jsonl',
    differs: {
      why: 'datasets refuses dashes in the names of splits',
      ours: { 'dev-other': ['a.jsonl'], train: ['b.jsonl'] },
    },
  },
  {
    name: 'shards outside data/ with a word in common',
    files: [...shards('train_sft', 1), ...shards('train_gen', 1)],
    differs: {
      why: 'datasets unites them in train; a name with numbers is the name of one split',
      ours: { train_sft: shards('train_sft', 1), train: /train_gen, train_sft/ },
    },
  },
  {
    name: 'a folder of a split inside one with another word',
    files: ['auxiliary_train/train/a.jsonl', 'auxiliary_train/test/a.jsonl'],
    differs: {
      why: 'datasets puts test in train as well; a row is in one split',
      ours: { train: ['auxiliary_train/train/a.jsonl'], test: ['auxiliary_train/test/a.jsonl'] },
    },
  },
  {
    name: 'a file name with two words',
    files: ['dev_of_train.jsonl', 'train.jsonl'],
    differs: {
      why: 'datasets reads the file as train and as validation; a row is in one split',
      ours: { train: ['train.jsonl'], validation: ['dev_of_train.jsonl'] },
    },
  },
  {
    name: 'words of splits in capitals',
    files: ['Train.jsonl', 'TEST.jsonl'],
    differs: {
      why: 'datasets reads all as train, held-out rows too',
      ours: { train: ['Train.jsonl'], test: ['TEST.jsonl'] },
    },
  },
  {
    name: 'several configs as folders, without a README.md',
    files: ['en/train/0000.parquet', 'de/train/0000.parquet'],
    revision: 'refs/convert/parquet',
    differs: {
      why: 'datasets unites all configs of the converted branch',
      ours: { train: /several configs; name one of de, en/ },
    },
  },
  {
    name: 'patterns of a README.md that match other files, too',
    files: ['data/a.parquet', 'data/b.parquet', 'data/notes.md', 'data/c.parquet.lock'],
    card: 'configs:\n- config_name: default\n  data_files: data/*',
    differs: {
      why: 'datasets reads all of them as parquet',
      ours: { train: ['data/a.parquet', 'data/b.parquet'] },
    },
  },
  {
    name: 'more CSV than JSON Lines',
    files: ['train.jsonl', 'train-2.csv', 'train-3.csv'],
    differs: {
      why: 'datasets reads the most frequent format, CSV; Headrace has no CSV and names what it leaves out',
      ours: { train: ['train.jsonl'] },
    },
  },
];

export const splitTrees: readonly SplitTree[] = [...named, ...carded, ...differing];
