import { readdir, realpath, stat } from 'node:fs/promises';
import { basename, dirname, resolve, sep } from 'node:path';
import { distance } from 'fastest-levenshtein';
import { escapePath, glob, isDynamicPattern } from 'tinyglobby';
import { HeadraceError } from '../../../core/errors.js';
import { ignoreMissing, isMissing } from '../../../files/errno.js';

/** The files that patterns match. */
export interface LocalFiles {
  /** Real paths of files with bytes, each once, in code-unit order. */
  readonly paths: readonly string[];
  /** Real paths of empty files. */
  readonly empty: readonly string[];
}

/**
 * The files that paths and globs match. Links are followed. Each file is listed once, even where patterns
 * overlap. A pattern that is the path of a file is no glob, even with `[` in it.
 *
 * @throws {HeadraceError} FileNotFoundError with every pattern that matches nothing, and the nearest names.
 */
export async function findLocalFiles(patterns: readonly string[]): Promise<LocalFiles> {
  const sizes = new Map<string, number>();
  const found = await Promise.all(patterns.map(matchesOrError));
  const errors = found.filter((each) => each instanceof HeadraceError);
  if (errors.length > 0) throw joined(errors);
  for (const matches of found)
    for (const path of matches instanceof HeadraceError ? [] : matches) {
      const real = await realPathOf(path);
      const status = await stat(real);
      if (status.isFile()) sizes.set(real, status.size);
    }
  const sorted = [...sizes].sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    paths: sorted.filter(([, size]) => size > 0).map(([path]) => path),
    empty: sorted.filter(([, size]) => size === 0).map(([path]) => path),
  };
}

const shownErrors = 5;

/** One error for all patterns: a recipe with one wrong path often has more of them. */
function joined([first, ...others]: readonly HeadraceError[]): HeadraceError {
  if (first === undefined) throw new Error('No error');
  if (others.length === 0) return first;
  const shown = [first, ...others].slice(0, shownErrors).map(({ message }) => message);
  const more = others.length + 1 - shown.length;
  return new HeadraceError(first.type, `${shown.join('. ')}${more === 0 ? '' : `. And ${more} more`}`, {
    remedy: first.remedy,
    cause: first,
  });
}

async function matchesOrError(pattern: string): Promise<readonly string[] | HeadraceError> {
  try {
    return await matchesOf(pattern);
  } catch (error) {
    if (error instanceof HeadraceError) return error;
    throw error;
  }
}

async function realPathOf(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if (!isMissing(error)) throw error;
    throw new HeadraceError('FileNotFoundError', `${path} is a link to a missing file`, { cause: error });
  }
}

async function matchesOf(pattern: string): Promise<string[]> {
  const path = resolve(pattern);
  const literal = withoutEscapes(path);
  const found = await stat(literal).catch(ignoreMissing);
  if (found?.isFile() === true) return [literal];
  if (found?.isDirectory() === true)
    throw new HeadraceError('FileNotFoundError', `${pattern} is a folder, not a file`, {
      remedy: `Write a glob, for instance ${escapePath(literal)}/**/*.jsonl`,
    });
  // The library does not see the sign of a glob behind an escaped brace.
  const isGlob = literal !== path || isDynamicPattern(pattern);
  const matches = isGlob
    ? await glob(path, { absolute: true, dot: true, cwd: await existingFolder(literal) })
    : [];
  if (matches.length > 0) return matches;
  const folder = await existingFolder(literal);
  throw new HeadraceError(
    'FileNotFoundError',
    `${isGlob ? `No file matches ${pattern}` : `There is no file ${pattern}`}; ${await nearMatches(literal, folder)}`,
    pattern.startsWith('~') ? { remedy: '`~` is not expanded. Write the full path.' } : {},
  );
}

/** A path as it would be without globs: a backslash before a sign of globs is left out. */
function withoutEscapes(path: string): string {
  return sep === '\\' ? path : path.replaceAll(/\\([!()*+?@[\]{}])/g, '$1');
}

/** The deepest folder on the way to `path` that exists. */
async function existingFolder(path: string): Promise<string> {
  const parent = dirname(path);
  if (parent === path) return parent;
  return (await stat(parent).catch(ignoreMissing))?.isDirectory() === true ? parent : existingFolder(parent);
}

/** "nearest in /data: a.jsonl, b.jsonl": at most five names. */
async function nearMatches(path: string, folder: string): Promise<string> {
  if (folder !== dirname(path)) return `${dirname(path)} does not exist, only ${folder}`;
  const wanted = basename(path);
  const names = (await readdir(folder)).filter((name) => !name.startsWith('.'));
  const near = names
    .map((name) => ({ name, far: distance(name.toLowerCase(), wanted.toLowerCase()) }))
    .sort((a, b) => a.far - b.far || (a.name < b.name ? -1 : 1))
    .slice(0, 5);
  if (near.length === 0) return `${folder} is empty`;
  return `nearest in ${folder}: ${near.map(({ name }) => name).join(', ')}`;
}
