import { globToRegExp } from './glob.js';
import { canonicalSplit, filesNamedAs, splitsByName } from './split-names.js';

/** The part of a dataset that a recipe requests. */
export interface SplitRequest {
  readonly config?: string | undefined;
  /** @default `train` */
  readonly split?: string | undefined;
  /** Globs over paths of the repository; where given, nothing else decides. */
  readonly dataFiles?: readonly string[] | undefined;
}

/** One entry of `configs` in a dataset's README.md. */
export interface CardConfig {
  readonly name: string;
  readonly isDefault: boolean;
  /** Folder that the patterns, or the conventions where there are none, start from; `''`: the repository. */
  readonly dataDir: string;
  /** Empty: by convention. */
  readonly dataFiles: readonly { readonly split: string; readonly patterns: readonly string[] }[];
}

export type SplitChoice =
  | {
      readonly found: true;
      readonly config: string;
      readonly split: string;
      /** In code-unit order. */
      readonly paths: readonly string[];
      readonly notes: readonly string[];
    }
  | { readonly found: false; readonly problem: 'config' | 'split' | 'file'; readonly message: string };

/**
 * Chooses the files of a split: by the recipe's globs, by the README's `configs`, or by the names of the
 * files.
 */
export function chooseSplitFiles(
  allPaths: readonly string[],
  card: readonly CardConfig[],
  request: SplitRequest,
): SplitChoice {
  const asked = request.split ?? 'train';
  const split = canonicalSplit(asked);
  if (request.dataFiles !== undefined)
    return byGlobs(allPaths, request.dataFiles, request.config ?? 'default', split);
  const scope = card.length > 0 ? cardScope(card, request.config) : folderScope(allPaths, request.config);
  if ('problem' in scope) return { found: false, problem: 'config', message: scope.problem };
  const paths = dataFilesOf(allPaths).filter((path) => path.startsWith(scope.prefix));
  const splits = scope.patterns === null ? splitsByName(paths) : byPatterns(paths, scope.patterns);
  const alias = [...splits.keys()].find((name) => canonicalSplit(name) === split);
  const chosen =
    splits.get(asked) ??
    (alias === undefined ? undefined : splits.get(alias)) ??
    (scope.patterns === null ? filesNamedAs(asked, paths) : []);
  if (chosen.length === 0) {
    const there =
      splits.size === 0 ? describeOthers(allPaths) : `the splits are ${listOf([...splits.keys()])}`;
    const where = scope.config === 'default' ? '' : ` in config "${scope.config}"`;
    return { found: false, problem: 'split', message: `has no split "${asked}"${where}; ${there}` };
  }
  const notes = asked === split || splits.has(asked) ? [] : [`split "${asked}" is read as "${split}"`];
  return oneFormat(chosen, scope.config, split, notes);
}

/** Files in a format that Headrace reads; side files of the Hub and hidden ones left out. */
function dataFilesOf(paths: readonly string[]): string[] {
  return paths.filter((path) => {
    const parts = path.split('/');
    const base = parts.at(-1) ?? '';
    return (
      formatOf(path) !== undefined &&
      !parts.some((part) => part.startsWith('.') || part.startsWith('__')) &&
      !['dataset_infos.json', 'dataset_info.json', 'dataset_dict.json', 'state.json', 'config.json'].includes(
        base,
      )
    );
  });
}

function formatOf(path: string): 'json' | 'parquet' | undefined {
  const ending = /\.(jsonl|ndjson|json|parquet)(\.(gz|zst))?$/i.exec(path)?.[1]?.toLowerCase();
  if (ending === undefined) return undefined;
  return ending === 'parquet' ? 'parquet' : 'json';
}

function byGlobs(
  allPaths: readonly string[],
  globs: readonly string[],
  config: string,
  split: string,
): SplitChoice {
  const chosen = new Set<string>();
  for (const glob of globs) {
    const pattern = globToRegExp(glob);
    const matching = allPaths.filter((path) => pattern.test(path));
    const readable = dataFilesOf(matching);
    if (readable.length === 0) {
      const why =
        matching.length === 0
          ? `matches no file; ${describeOthers(allPaths)}`
          : `matches no JSONL, JSON or parquet file, only ${listOf(matching)}`;
      return { found: false, problem: 'file', message: `data_files "${glob}" ${why}` };
    }
    for (const path of readable) chosen.add(path);
  }
  return { found: true, config, split, paths: [...chosen].sort(), notes: [] };
}

type Scope =
  | {
      readonly config: string;
      readonly prefix: string;
      /** `null`: by convention. */
      readonly patterns: CardConfig['dataFiles'] | null;
    }
  | { readonly problem: string };

function cardScope(card: readonly CardConfig[], asked: string | undefined): Scope {
  const chosen =
    asked === undefined
      ? (card.find((config) => config.isDefault) ??
        card.find((config) => config.name === 'default') ??
        (card.length === 1 ? card[0] : undefined))
      : card.find((config) => config.name === asked);
  if (chosen === undefined) {
    const names = listOf(card.map((config) => config.name));
    return {
      problem:
        asked === undefined
          ? `has several configs and no default one; name one of ${names}`
          : `has no config "${asked}"; the configs are ${names}`,
    };
  }
  const prefix = chosen.dataDir === '' ? '' : `${chosen.dataDir.replace(/^\.\/|\/+$/g, '')}/`;
  const prefixed = chosen.dataFiles.map(({ split, patterns }) => ({
    split,
    patterns: patterns.map((pattern) => prefix + pattern.replace(/^\.\//, '')),
  }));
  return { config: chosen.name, prefix, patterns: prefixed.length === 0 ? null : prefixed };
}

/**
 * Where the README.md names no configs: a config is a top folder, as on `refs/convert/parquet`
 * (`<config>/<split>/0000.parquet`).
 */
function folderScope(allPaths: readonly string[], asked: string | undefined): Scope {
  const paths = dataFilesOf(allPaths);
  const folders = [
    ...new Set(paths.filter((path) => path.includes('/')).map((path) => path.slice(0, path.indexOf('/')))),
  ];
  if (asked !== undefined && folders.includes(asked))
    return { config: asked, prefix: `${asked}/`, patterns: null };
  if (asked !== undefined && asked !== 'default')
    return {
      problem: `has no config "${asked}": its README.md names none, and no folder is called so (there are ${listOf(folders)})`,
    };
  const converted = paths.length > 0 && paths.every((path) => /^[^/]+\/[^/]+\/\d{4,}\.parquet$/.test(path));
  if (!converted) return { config: 'default', prefix: '', patterns: null };
  const only = folders.includes('default') ? 'default' : folders.length === 1 ? folders[0] : undefined;
  return only === undefined
    ? { problem: `has several configs; name one of ${listOf(folders)}` }
    : { config: only, prefix: `${only}/`, patterns: null };
}

function byPatterns(paths: readonly string[], entries: CardConfig['dataFiles']): Map<string, string[]> {
  const splits = new Map<string, string[]>();
  for (const { split, patterns } of entries) {
    const regexps = patterns.map(globToRegExp);
    const matching = paths.filter((path) => regexps.some((regexp) => regexp.test(path)));
    if (matching.length > 0) splits.set(split, [...(splits.get(split) ?? []), ...matching]);
  }
  return splits;
}

/**
 * A split kept both as JSON and as parquet is read once: the format of more files is taken, parquet where
 * equal.
 */
function oneFormat(
  chosen: readonly string[],
  config: string,
  split: string,
  notes: readonly string[],
): SplitChoice {
  const unique = [...new Set(chosen)].sort();
  const parquet = unique.filter((path) => formatOf(path) === 'parquet');
  const json = unique.filter((path) => formatOf(path) === 'json');
  if (parquet.length === 0 || json.length === 0) return { found: true, config, split, paths: unique, notes };
  const [taken, left] = parquet.length >= json.length ? [parquet, json] : [json, parquet];
  const note = `left out ${listOf(left)}: the split is there in two formats; name data_files to choose`;
  return { found: true, config, split, paths: taken, notes: [...notes, note] };
}

function describeOthers(paths: readonly string[]): string {
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
