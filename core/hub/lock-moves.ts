import type { SourceFile } from '../contracts/source.js';
import { formatBytes, plural } from '../format.js';
import { listOf } from './data-files.js';

/** The part of a lock's entry that can move. */
interface LockedFiles {
  readonly dataset: string;
  readonly commit: string;
  readonly files: readonly SourceFile[];
}

/** What changes when `after` takes the place of `before` in the lock: sentences for the user. */
export function lockMoves(before: LockedFiles | undefined, after: LockedFiles): string[] {
  if (before === undefined) return [`the lock takes ${after.dataset} at ${short(after.commit)}`];
  const moved: string[] = [];
  if (before.dataset !== after.dataset)
    moved.push(`the lock moves from ${before.dataset} to ${after.dataset}`);
  if (before.commit === after.commit && sameFiles(before.files, after.files))
    return moved.length > 0 ? moved : [`the lock stays: ${after.dataset} is still at ${short(after.commit)}`];
  const what = differences(before.files, after.files, contentOf);
  moved.push(
    `the lock moves ${after.dataset} from ${short(before.commit)} to ${short(after.commit)}: ` +
      (what ?? 'the files of the split are the same'),
  );
  return moved;
}

/** The part of an entry of a source in buckets that can move. */
interface LockedVersions {
  /** Patterns of the recipe. */
  readonly asked: { readonly files: readonly string[] };
  readonly files: readonly ObjectVersion[];
}

interface ObjectVersion {
  readonly path: string;
  readonly sizeBytes: number;
  readonly etag: string;
}

/** As {@link lockMoves}, of a source in buckets. */
export function objectMoves(before: LockedVersions | undefined, after: LockedVersions): string[] {
  const what = `${plural(after.files.length, 'object')} of ${listOf(after.asked.files)}`;
  if (before === undefined) return [`the lock takes ${what}`];
  const moved = objectDifferences(before.files, after.files);
  return [moved === undefined ? `the lock stays: ${what} as before` : `the lock moves to ${what}: ${moved}`];
}

/**
 * How the objects of a source differ: `new a; changed b; gone c (1 MB before, 2 MB now)`; `undefined`: not.
 */
export function objectDifferences(
  before: readonly ObjectVersion[],
  after: readonly ObjectVersion[],
): string | undefined {
  return differences(before, after, ({ sizeBytes, etag }) => `${sizeBytes} ${etag}`);
}

type Sized = Pick<SourceFile, 'path' | 'sizeBytes'>;

function differences<File extends Sized>(
  before: readonly File[],
  after: readonly File[],
  contentIn: (file: File) => string,
): string | undefined {
  const known = new Map(before.map((file) => [file.path, contentIn(file)]));
  const now = new Set(after.map((file) => file.path));
  const added = after.filter((file) => !known.has(file.path));
  const changed = after.filter((file) => known.has(file.path) && known.get(file.path) !== contentIn(file));
  const removed = before.filter((file) => !now.has(file.path));
  const what = [...named('new', added), ...named('changed', changed), ...named('gone', removed)];
  const bytes = `${formatBytes(sum(before))} before, ${formatBytes(sum(after))} now`;
  return what.length === 0 ? undefined : `${what.join('; ')} (${bytes})`;
}

function sameFiles(one: readonly SourceFile[], other: readonly SourceFile[]): boolean {
  const text = (files: readonly SourceFile[]): string =>
    files.map((file) => `${file.path}\n${contentOf(file)}`).join('\n');
  return text(one) === text(other);
}

function contentOf(file: SourceFile): string {
  return file.sha256 ?? file.gitOid ?? String(file.sizeBytes);
}

function named(word: string, files: readonly Sized[]): string[] {
  return files.length === 0 ? [] : [`${word} ${listOf(files.map((file) => file.path))}`];
}

function sum(files: readonly Sized[]): number {
  return files.reduce((bytes, file) => bytes + file.sizeBytes, 0);
}

function short(commit: string): string {
  return commit.slice(0, 12);
}
