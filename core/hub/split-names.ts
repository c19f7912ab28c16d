/**
 * Words in file names that name a split. Source: the conventions of Python `datasets`
 * (`data_files.py`: sharded names first, then folder names, then file names, else everything is `train`).
 */
const keywords: Readonly<Record<string, readonly string[]>> = {
  train: ['train', 'training'],
  validation: ['validation', 'valid', 'dev', 'val'],
  test: ['test', 'testing', 'eval', 'evaluation'],
};

/** `valid`, `dev` and `val` are names of `validation`; other names stay as they are. */
export function canonicalSplit(split: string): string {
  return ['valid', 'dev', 'val'].includes(split) ? 'validation' : split;
}

/** Files by split, by their names alone. Every file is in at most one split. */
export function splitsByName(paths: readonly string[]): Map<string, string[]> {
  for (const splitOf of [shardedSplit, folderSplit, fileSplit]) {
    const splits = new Map<string, string[]>();
    for (const path of paths) {
      const split = splitOf(path);
      if (split !== undefined) splits.set(split, [...(splits.get(split) ?? []), path]);
    }
    if (splits.size > 0) return splits;
  }
  return paths.length === 0 ? new Map() : new Map([['train', [...paths]]]);
}

/** Files with the split's own name, for splits without a keyword: `train_sft.jsonl`, `gen/0000.parquet`. */
export function filesNamedAs(split: string, paths: readonly string[]): string[] {
  return paths.filter((path) => {
    const folders = path.split('/');
    const base = folders.pop() ?? '';
    const stem = base.slice(0, base.indexOf('.') === -1 ? undefined : base.indexOf('.'));
    return (
      folders.includes(split) ||
      stem === split ||
      (stem.startsWith(split) && /^[-_]\d+/.test(stem.slice(split.length)))
    );
  });
}

/** `data/train-00000-of-00006.parquet`; any word may stand before the numbers. */
function shardedSplit(path: string): string | undefined {
  const split = /(?:^|\/)(\w+(?:\.\w+)*)-\d{5}-of-\d{5,}[^/]*$/.exec(path)?.[1];
  return split === undefined ? undefined : canonicalSplit(split);
}

function folderSplit(path: string): string | undefined {
  for (const folder of path.split('/').slice(0, -1)) {
    const split = keywordSplit(folder);
    if (split !== undefined) return split;
  }
  return undefined;
}

function fileSplit(path: string): string | undefined {
  return keywordSplit(path.slice(path.lastIndexOf('/') + 1));
}

/** The split whose keyword stands first in the name, set off by digits, blanks or `-._`. */
function keywordSplit(name: string): string | undefined {
  let first: { readonly split: string; readonly at: number } | undefined;
  for (const [split, words] of Object.entries(keywords)) {
    const at = name.search(new RegExp(`(?<=^|[-._ 0-9])(?:${words.join('|')})(?=$|[-._ 0-9])`));
    if (at >= 0 && (first === undefined || at < first.at)) first = { split, at };
  }
  return first?.split;
}
