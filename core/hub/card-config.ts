import { dataFilesOf } from './data-files.js';
import { globToRegExp } from './glob.js';

/** One entry of `configs` in a dataset's README.md. */
export interface CardConfig {
  readonly name: string;
  readonly isDefault: boolean;
  /** Folder that the patterns, or the conventions where there are none, start from; `''`: the repository. */
  readonly dataDir: string;
  /** Empty: by convention. */
  readonly dataFiles: readonly { readonly split: string; readonly patterns: readonly string[] }[];
}

/** The files that the patterns of a README.md give a split. */
export interface PatternSplit {
  readonly paths: readonly string[];
  /** Matched files that Headrace does not read. */
  readonly unread: readonly string[];
  /** Patterns that match no file. */
  readonly unmatched: readonly string[];
}

/** The folder of a config with its `/`; `''` is the repository. */
export function folderOf({ dataDir }: CardConfig): string {
  const folder = dataDir.replace(/^(\.\/)+|\/+$/g, '');
  return folder === '' || folder === '.' ? '' : `${folder}/`;
}

/** The files by split of a config whose README.md names patterns. Entries of one split are united. */
export function splitsByPattern(
  allPaths: readonly string[],
  config: CardConfig,
): ReadonlyMap<string, PatternSplit> {
  const splits = new Map<string, PatternSplit>();
  for (const { split, patterns } of config.dataFiles) {
    const before = splits.get(split);
    const globs = patterns.map((pattern) => folderOf(config) + pattern.replace(/^(\.\/)+/, ''));
    const matched = globs.map((glob) => pathsMatching(allPaths, glob));
    splits.set(split, {
      paths: unique([...(before?.paths ?? []), ...matched.flatMap(({ paths }) => paths)]),
      unread: unique([...(before?.unread ?? []), ...matched.flatMap(({ unread }) => unread)]),
      unmatched: [
        ...(before?.unmatched ?? []),
        ...globs.filter(
          (_, index) => matched[index]?.paths.length === 0 && matched[index].unread.length === 0,
        ),
      ],
    });
  }
  return splits;
}

/** The files that a glob matches: those that Headrace reads, and those that it does not. */
export function pathsMatching(
  allPaths: readonly string[],
  glob: string,
): { readonly paths: readonly string[]; readonly unread: readonly string[] } {
  const pattern = globToRegExp(glob);
  const matching = allPaths.filter((path) => pattern.test(path));
  const paths = dataFilesOf(matching, glob);
  const read = new Set(paths);
  return { paths, unread: matching.filter((path) => !read.has(path)) };
}

/** Whether a pattern names one file. */
export function isLiteral(pattern: string): boolean {
  return !/[*?[{]/.test(pattern);
}

function unique(paths: readonly string[]): string[] {
  return [...new Set(paths)].sort();
}
