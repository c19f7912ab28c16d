import { stemOf } from './data-files.js';

/** How the names of files show the split that they belong to. */
export interface SplitRule {
  /** What stands for the split, as docs/recipe.md has it. */
  readonly meaning: string;
  /** File names that show the rule, with their splits. */
  readonly shown: Readonly<Record<string, string>>;
  /** Whether the rule holds for the data files of a config; without it, where it shows one split. */
  readonly holds?: (paths: readonly string[], revision: string) => boolean;
  /** The split of a file; `undefined` where its name shows none. */
  readonly splitOf: (path: string) => string | undefined;
}

/** The branch into which the Hub converts each dataset. */
const convertedRevision = 'refs/convert/parquet';
const convertedPath = /^[^/]+\/([^/]+?)(?:-part\d+)?\/\d{4,}\.parquet$/;
const shardedPath = /(?:^|\/)([^/]+)-\d{5}-of-\d{5,}[^/]*$/;

/**
 * The conventions of the Hub for datasets whose README.md names no files, in order: the first rule that holds
 * decides for all files. Sources: `data_files.py` of Python `datasets` 5.2; the layout of
 * `refs/convert/parquet` by huggingface/dataset-viewer. Where they would put two splits in one, a name that
 * stands for one split stays as it stands.
 */
export const splitRules: readonly SplitRule[] = [
  {
    meaning:
      'Every file is `<config>/<split>/<number>.parquet`, as on `refs/convert/parquet`: the second folder as it stands. ' +
      '`partial-` before it: the Hub has converted a part only. `-part<number>` behind it: a further folder of a large split.',
    shown: {
      'default/train/0000.parquet': 'train',
      'default/train_sft/0000.parquet': 'train_sft',
      'auxiliary_train/test/0000.parquet': 'test',
      'clean/train.100/0000.parquet': 'train.100',
      'default/partial-train/0000.parquet': 'partial-train',
      'default/train-part0/0000.parquet': 'train',
    },
    holds: isConverted,
    splitOf: (path) => convertedPath.exec(path)?.[1],
  },
  {
    meaning: '`data/<split>-<number>-of-<number>`, five digits each: whatever stands before the numbers.',
    shown: {
      'data/train-00000-of-00006.parquet': 'train',
      'data/train_sft-00000-of-00003-af80bb4f946cfaaf.parquet': 'train_sft',
      'data/train.clean.100-00000-of-00014.parquet': 'train.clean.100',
      'data/dev-other-00000-of-00001.parquet': 'dev-other',
      'data/creative_content-00000-of-00001.parquet': 'creative_content',
    },
    splitOf: (path) => (/^(?:.*\/)?data\/[^/]+$/.test(path) ? shardedPath.exec(path)?.[1] : undefined),
  },
  {
    meaning: 'The same numbers in another folder, where the words before them name a split.',
    shown: {
      'train_gen-00000-of-00002.jsonl': 'train_gen',
      'main/test-00000-of-00001.parquet': 'test',
      'en/c4-train-00000-of-00005.parquet': 'c4-train',
    },
    splitOf: (path) => {
      const stem = shardedPath.exec(path)?.[1];
      return stem === undefined || keywordSplit(stem) === undefined ? undefined : stem;
    },
  },
  {
    meaning:
      'A folder whose name has a word for the split. An exact name counts before others, an inner folder before an outer.',
    shown: {
      'train/part-1.jsonl': 'train',
      'data/dev/a.jsonl': 'validation',
      'auxiliary_train/test/a.jsonl': 'test',
      'Test/a.jsonl': 'test',
    },
    splitOf: folderSplit,
  },
  {
    meaning: 'A word for the split in the name of the file, the first where there are several.',
    shown: {
      'train.jsonl': 'train',
      'data/my-dataset_valid.v2.json.gz': 'validation',
      'eval_1.parquet': 'test',
      'test_of_train.jsonl': 'test',
    },
    splitOf: (path) => keywordSplit(stemOf(path)),
  },
  {
    meaning: 'Else every file is `train`.',
    shown: { 'part-00000-of-00010.parquet': 'train', 'en/farodevigo.jsonl': 'train' },
    splitOf: () => 'train',
  },
];

/** Words that name a split, set off by digits, blanks or `-._`; upper and lower case do not matter. */
export const splitWords: Readonly<Record<string, readonly string[]>> = {
  train: ['train', 'training'],
  validation: ['validation', 'valid', 'dev', 'val'],
  test: ['test', 'testing', 'eval', 'evaluation'],
};

/** Files by split, by their names alone. Every file is in at most one split. */
export function splitsByName(
  paths: readonly string[],
  revision: string,
): { readonly splits: ReadonlyMap<string, readonly string[]>; readonly left: readonly string[] } {
  for (const { holds, splitOf } of splitRules) {
    if (holds !== undefined && !holds(paths, revision)) continue;
    const splits = new Map<string, string[]>();
    const left: string[] = [];
    for (const path of paths) {
      const split = splitOf(path);
      const list = split === undefined ? left : (splits.get(split) ?? []);
      list.push(path);
      if (split !== undefined) splits.set(split, list);
    }
    if (splits.size > 0) return { splits, left };
  }
  return { splits: new Map(), left: [] };
}

/**
 * Whether the files are laid out as on `refs/convert/parquet`. Under another revision, such as its commit,
 * the second folders have to name a split, too: `data/en/0000.parquet` is no split `en`.
 */
export function isConverted(paths: readonly string[], revision: string): boolean {
  if (paths.length === 0 || !paths.every((path) => convertedPath.test(path))) return false;
  return (
    revision === convertedRevision ||
    paths.some((path) => keywordSplit(convertedPath.exec(path)?.[1] ?? '') !== undefined)
  );
}

/** Whether a name is one of the words for a split: `dev`, not `dev-other`. */
function isSplitWord(name: string): boolean {
  return Object.values(splitWords).some((words) => words.includes(name.toLowerCase()));
}

const wordPatterns = Object.entries(splitWords).map(
  ([split, words]) =>
    [split, new RegExp(`(?<=^|[-._ 0-9])(?:${words.join('|')})(?=$|[-._ 0-9])`, 'i')] as const,
);

function folderSplit(path: string): string | undefined {
  const inwards = path.split('/').slice(0, -1).reverse();
  const folder =
    inwards.find((name) => isSplitWord(name)) ?? inwards.find((name) => keywordSplit(name) !== undefined);
  return folder === undefined ? undefined : keywordSplit(folder);
}

/** The split whose word stands first in a name. */
export function keywordSplit(name: string): string | undefined {
  let first: { readonly split: string; readonly at: number } | undefined;
  for (const [split, pattern] of wordPatterns) {
    const at = name.search(pattern);
    if (at >= 0 && (first === undefined || at < first.at)) first = { split, at };
  }
  return first?.split;
}
