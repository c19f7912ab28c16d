import { pathsMatching, type CardConfig } from './card-config.js';
import { describeFiles, endingOf, formatOf, isOtherData, listOf } from './data-files.js';
import { filesNamedAs, splitNamed } from './split-names.js';
import { cardScope, folderScope, unreadNotes } from './split-scope.js';

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
interface FoundSplit {
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
