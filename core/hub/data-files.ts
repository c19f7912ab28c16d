/** A format that Headrace reads, by the ending of a file's name. */
export type DataFormat = 'json' | 'parquet';

const dataEnding = /\.(jsonl|ndjson|json|parquet)(\.(gz|zst))?$/i;

/** Endings of files that may hold the same rows in a format that Headrace does not read. */
const otherEnding =
  /\.(csv|tsv|arrow|avro|orc|xlsx|zip|tar|7z|lance|(jsonl?|ndjson|csv|tsv)\.(bz2|xz|lz4))$/i;

/** Files beside the data that Python `datasets` and the Hub write: names of splits and columns, no rows. */
const sideFiles: readonly string[] = [
  'config.json',
  'dataset_dict.json',
  'dataset_info.json',
  'dataset_infos.json',
  'state.json',
];

/** The format of a file by its name; `undefined` where Headrace does not read it. */
export function formatOf(path: string): DataFormat | undefined {
  const ending = endingOf(path);
  if (ending === undefined) return undefined;
  return ending === 'parquet' ? 'parquet' : 'json';
}

/** `jsonl` of `a/train.jsonl.gz`; `undefined` where Headrace does not read the file. */
export function endingOf(path: string): string | undefined {
  return dataEnding.exec(path)?.[1]?.toLowerCase();
}

/** The name of a data file without folders and endings: `train.clean.100` of `a/train.clean.100.jsonl.gz`. */
export function stemOf(path: string): string {
  return baseOf(path).replace(dataEnding, '');
}

/** Whether a file may hold rows, in a format that Headrace does not read. */
export function isOtherData(path: string): boolean {
  return otherEnding.test(path) && !isAside(path, '**');
}

/** The files among `paths` that Headrace reads and that `glob`, which they match, means. */
export function dataFilesOf(paths: readonly string[], glob = '**'): string[] {
  return paths.filter((path) => formatOf(path) !== undefined && !isAside(path, glob));
}

/**
 * Whether a file is no data although a glob matches it, as in Python `datasets`: a hidden one, one in a
 * folder that begins with `__`, or a side file of the Hub. `.cache/*`, `__raw/*` and `a/config.json` name
 * theirs.
 */
function isAside(path: string, glob: string): boolean {
  const hidden = (parts: readonly string[]): number => parts.filter((part) => /^\.[^.]/.test(part)).length;
  const special = (parts: readonly string[]): number =>
    parts.slice(0, -1).filter((part) => part.startsWith('__')).length;
  const [own, asked] = [path.split('/'), glob.split('/')];
  return (
    hidden(own) !== hidden(asked) ||
    special(own) !== special(asked) ||
    (sideFiles.includes(baseOf(path)) && baseOf(path) !== baseOf(glob))
  );
}

/** The name of a file without its folders. */
export function baseOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** The data files of a repository in words, for the error that finds none. */
export function describeFiles(paths: readonly string[]): string {
  const readable = dataFilesOf(paths);
  if (readable.length > 0) return `the data files are ${listOf(readable)}`;
  return paths.length === 0
    ? 'the repository is empty'
    : `the repository has no JSONL, JSON or parquet file, only ${listOf(paths)}`;
}

/** At most eight names, then how many more. */
export function listOf(names: readonly string[]): string {
  if (names.length === 0) return 'none';
  const shown = names.slice(0, 8).join(', ');
  return names.length > 8 ? `${shown} and ${names.length - 8} more` : shown;
}
