import { folderOf, isLiteral, splitsByPattern, type CardConfig } from './card-config.js';
import { dataFilesOf, isOtherData, listOf, stemOf } from './data-files.js';
import { isConverted, keywordSplit, splitsByName } from './split-rules.js';

interface ScopeRequest {
  readonly revision?: string | undefined;
  readonly config?: string | undefined;
}

/** The splits of a config. */
interface SplitScope {
  readonly config: string;
  readonly splits: ReadonlyMap<string, ScopeSplit>;
  /** Whether the names of the files decide. */
  readonly byName: boolean;
  /** The data files of the config. */
  readonly paths: readonly string[];
}

/** One split of a config. */
interface ScopeSplit {
  readonly paths: readonly string[];
  readonly notes: readonly string[];
  /** Why files are missing, as a sentence. */
  readonly missing?: string;
}

type ScopeOr = SplitScope | { readonly problem: string };

/** The splits of a config of the README.md: by its patterns, else by the names of its files. */
export function cardScope(
  allPaths: readonly string[],
  card: readonly CardConfig[],
  { config: asked, revision }: ScopeRequest,
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
  if (chosen.dataFiles.length === 0) return nameScope(allPaths, chosen.name, folderOf(chosen), revision);
  const splits = new Map<string, ScopeSplit>();
  for (const [split, { paths, unread, unmatched }] of splitsByPattern(allPaths, chosen)) {
    const literal = unmatched.filter((pattern) => isLiteral(pattern));
    splits.set(split, {
      paths,
      notes: [
        ...unreadNotes(unread.filter(isOtherData)),
        ...unmatched
          .filter((pattern) => !isLiteral(pattern))
          .map(
            (pattern) => `the README.md gives split "${split}" the files "${pattern}", and there are none`,
          ),
      ],
      ...(literal.length === 0
        ? {}
        : { missing: `its README.md names ${listOf(literal)}, which the repository does not have` }),
    });
  }
  return { config: chosen.name, splits, byName: false, paths: dataFilesOf(allPaths) };
}

/**
 * The splits where the README.md names no configs: a config is a top folder, as on `refs/convert/parquet`
 * (`<config>/<split>/0000.parquet`).
 */
export function folderScope(allPaths: readonly string[], { config: asked, revision }: ScopeRequest): ScopeOr {
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
): SplitScope {
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
    : [
        `split "${split}" has files of several names: ${listOf([...names].sort())}; name data_files to choose`,
      ];
}

/** A note on files that may hold rows and that Headrace does not read; empty where there are none. */
export function unreadNotes(unread: readonly string[]): string[] {
  return unread.length === 0
    ? []
    : [`left out ${listOf(unread)}: Headrace reads JSON Lines, JSON and parquet, plain, .gz or .zst`];
}
