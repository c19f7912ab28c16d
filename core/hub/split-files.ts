import { folderOf, isLiteral, pathsMatching, splitsByPattern, type CardConfig } from './card-config.js';
import { dataFilesOf, describeFiles, endingOf, formatOf, isOtherData, listOf, stemOf } from './data-files.js';
import { isConverted, keywordSplit, splitsByName } from './split-rules.js';
import { filesNamedAs, splitNamed } from './split-names.js';

/** The part of a dataset that a recipe requests. */
export interface SplitRequest {
  /** @default `main` */
  readonly revision?: string | undefined;
  readonly config?: string | undefined;
  /** @default `train` */
  readonly split?: string | undefined;
  /** Globs over paths of the repository; where given, nothing else decides. */
  readonly dataFiles?: readonly string[] | undefined;
}

/** The files of a split. */
export interface FoundSplit {
  readonly found: true;
  readonly config: string;
  /** As the dataset names it. */
  readonly split: string;
  /** In code-unit order. */
  readonly paths: readonly string[];
  readonly notes: readonly string[];
}

export type SplitChoice =
  | FoundSplit
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
  if (request.dataFiles !== undefined) return byGlobs(allPaths, request.dataFiles, request);
  const scope = card.length > 0 ? cardScope(allPaths, card, request) : folderScope(allPaths, request);
  if ('problem' in scope) return { found: false, problem: 'config', message: scope.problem };
  const { config, splits } = scope;
  const asked = request.split ?? 'train';
  const split = splitNamed(asked, [...splits.keys()]);
  const own = split === undefined ? undefined : splits.get(split);
  const named = own === undefined && scope.byName ? filesNamedAs(asked, scope.paths) : [];
  if (split !== undefined && own?.missing !== undefined)
    return { found: false, problem: 'file', message: `has no file for split "${split}": ${own.missing}` };
  if (split !== undefined && own !== undefined && own.paths.length > 0)
    return oneFormat(own.paths, config, split, [...readAs(asked, split), ...own.notes]);
  if (named.length > 0) return oneFormat(named, config, asked, []);
  const there = [...splits].filter(([, { paths }]) => paths.length > 0).map(([name]) => name);
  const others = there.length === 0 ? describeFiles(allPaths) : `the splits are ${listOf(there)}`;
  const where = config === 'default' ? '' : ` in config "${config}"`;
  return { found: false, problem: 'split', message: `has no split "${asked}"${where}; ${others}` };
}

function readAs(asked: string, split: string): string[] {
  if (split.startsWith('partial-') && split !== asked)
    return [
      `split "${asked}" is read as "${split}": the Hub has converted only a part of it (often the first 5 GB); ` +
        'the whole is in the revision main',
    ];
  return split === asked ? [] : [`split "${asked}" is read as "${split}"`];
}

/** The splits of a config. */
interface Scope {
  readonly config: string;
  readonly splits: ReadonlyMap<string, ScopeSplit>;
  /** Whether the names of the files decide. */
  readonly byName: boolean;
  /** The data files of the config. */
  readonly paths: readonly string[];
}

interface ScopeSplit {
  readonly paths: readonly string[];
  readonly notes: readonly string[];
  /** Why files are missing, as a sentence. */
  readonly missing?: string;
}

type ScopeOr = Scope | { readonly problem: string };

function cardScope(
  allPaths: readonly string[],
  card: readonly CardConfig[],
  { config: asked, revision }: SplitRequest,
): ScopeOr {
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
  if (chosen.dataFiles.length === 0)
    return nameScope(allPaths, chosen.name, folderOf(chosen), revision);
  const splits = new Map<string, ScopeSplit>();
  for (const [split, { paths, unread, unmatched }] of splitsByPattern(allPaths, chosen)) {
    const literal = unmatched.filter((pattern) => isLiteral(pattern));
    splits.set(split, {
      paths,
      notes: [
        ...unreadNotes(unread.filter(isOtherData)),
        ...unmatched
          .filter((pattern) => !isLiteral(pattern))
          .map((pattern) => `the README.md gives split "${split}" the files "${pattern}", and there are none`),
      ],
      ...(literal.length === 0
        ? {}
        : { missing: `its README.md names ${listOf(literal)}, which the repository does not have` }),
    });
  }
  return { config: chosen.name, splits, byName: false, paths: dataFilesOf(allPaths) };
}

/**
 * Where the README.md names no configs: a config is a top folder, as on `refs/convert/parquet`
 * (`<config>/<split>/0000.parquet`).
 */
function folderScope(allPaths: readonly string[], { config: asked, revision }: SplitRequest): ScopeOr {
  const paths = dataFilesOf(allPaths);
  const folders = [
    ...new Set(paths.filter((path) => path.includes('/')).map((path) => path.slice(0, path.indexOf('/')))),
  ];
  if (asked !== undefined && folders.includes(asked))
    return nameScope(allPaths, asked, `${asked}/`, revision);
  if (asked !== undefined && asked !== 'default')
    return {
      problem: `has no config "${asked}": its README.md names none, and no folder is called so (there are ${listOf(folders)})`,
    };
  if (!isConverted(paths, revision ?? '')) return nameScope(allPaths, 'default', '', revision);
  const only = folders.includes('default') ? 'default' : folders.length === 1 ? folders[0] : undefined;
  return only === undefined
    ? { problem: `has several configs; name one of ${listOf(folders)}` }
    : nameScope(allPaths, only, `${only}/`, revision);
}

/** The splits of the files in a folder (`''`: the repository) by their names. */
function nameScope(
  allPaths: readonly string[],
  config: string,
  folder: string,
  revision = 'main',
): Scope {
  const inside = allPaths.filter((path) => path.startsWith(folder));
  const paths = dataFilesOf(inside);
  // On the converted branch the folder of the config is part of the layout.
  const root = isConverted(paths, revision) ? '' : folder;
  const { splits, left } = splitsByName(
    paths.map((path) => path.slice(root.length)),
    revision,
  );
  const notes = [
    ...unreadNotes(inside.filter(isOtherData)),
    ...(left.length === 0
      ? []
      : [
          `left out ${listOf(left)}: by their names these files are in no split, while others are; name data_files to choose`,
        ]),
  ];
  return {
    config,
    splits: new Map(
      [...splits].map(([split, own]) => [
        split,
        { paths: own.map((path) => root + path), notes: [...notes, ...severalNames(split, own)] },
      ]),
    ),
    byName: true,
    paths,
  };
}

/** A word in names may unite files of several names: `train_sft.jsonl` and `train_gen.jsonl` are `train`. */
function severalNames(split: string, paths: readonly string[]): string[] {
  const names = new Set<string>();
  for (const path of paths) {
    const parts = [...path.split('/').slice(0, -1), stemOf(path)];
    const part = parts.findLast((name) => keywordSplit(name) === split);
    if (part !== undefined) names.add(part.replace(/-\d+-of-\d+.*$|[-_. ]*\d+/g, ''));
  }
  return names.size < 2
    ? []
    : [`split "${split}" has files of several names: ${listOf([...names].sort())}; name data_files to choose`];
}

function unreadNotes(unread: readonly string[]): string[] {
  return unread.length === 0
    ? []
    : [`left out ${listOf(unread)}: Headrace reads JSON Lines, JSON and parquet, plain, .gz or .zst`];
}

function byGlobs(
  allPaths: readonly string[],
  globs: readonly string[],
  { config = 'default', split = 'train' }: SplitRequest,
): SplitChoice {
  const chosen = new Set<string>();
  const left = new Set<string>();
  for (const glob of globs) {
    const { paths, unread } = pathsMatching(allPaths, glob);
    if (paths.length === 0) {
      const why =
        unread.length === 0
          ? `matches no file; ${describeFiles(allPaths)}`
          : `matches no JSONL, JSON or parquet file, only ${listOf(unread)}`;
      return { found: false, problem: 'file', message: `data_files "${glob}" ${why}` };
    }
    for (const path of paths) chosen.add(path);
    for (const path of unread.filter(isOtherData)) left.add(path);
  }
  return { found: true, config, split, paths: [...chosen].sort(), notes: unreadNotes([...left].sort()) };
}

/**
 * A split kept both as JSON and as parquet is read once: the format whose ending most files have is taken,
 * parquet where equal.
 */
function oneFormat(
  chosen: readonly string[],
  config: string,
  split: string,
  notes: readonly string[],
): FoundSplit {
  const paths = [...chosen].sort();
  const endings = new Map<string, number>();
  for (const path of paths) {
    const ending = endingOf(path) ?? '';
    endings.set(ending, (endings.get(ending) ?? 0) + 1);
  }
  const most = Math.max(...endings.values());
  const format = endings.get('parquet') === most ? 'parquet' : 'json';
  const taken = paths.filter((path) => formatOf(path) === format);
  const left = paths.filter((path) => formatOf(path) !== format);
  const note = `left out ${listOf(left)}: the split is there in two formats; name data_files to choose`;
  return { found: true, config, split, paths: taken, notes: left.length === 0 ? notes : [...notes, note] };
}
