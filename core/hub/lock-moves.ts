import type { SourceFile } from '../contracts/source.js';
import { formatBytes } from '../format.js';
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
  const known = new Map(before.files.map((file) => [file.path, contentOf(file)]));
  const now = new Set(after.files.map((file) => file.path));
  const added = after.files.filter((file) => !known.has(file.path));
  const changed = after.files.filter(
    (file) => known.has(file.path) && known.get(file.path) !== contentOf(file),
  );
  const removed = before.files.filter((file) => !now.has(file.path));
  const what = [...named('new', added), ...named('changed', changed), ...named('gone', removed)];
  const bytes = `${formatBytes(sum(before.files))} before, ${formatBytes(sum(after.files))} now`;
  moved.push(
    `the lock moves ${after.dataset} from ${short(before.commit)} to ${short(after.commit)}: ` +
      (what.length === 0 ? 'the files of the split are the same' : `${what.join('; ')} (${bytes})`),
  );
  return moved;
}

function sameFiles(one: readonly SourceFile[], other: readonly SourceFile[]): boolean {
  const text = (files: readonly SourceFile[]): string =>
    files.map((file) => `${file.path}\n${contentOf(file)}`).join('\n');
  return text(one) === text(other);
}

function contentOf(file: SourceFile): string {
  return file.sha256 ?? file.gitOid ?? String(file.sizeBytes);
}

function named(word: string, files: readonly SourceFile[]): string[] {
  return files.length === 0 ? [] : [`${word} ${listOf(files.map((file) => file.path))}`];
}

function sum(files: readonly SourceFile[]): number {
  return files.reduce((bytes, file) => bytes + file.sizeBytes, 0);
}

function short(commit: string): string {
  return commit.slice(0, 12);
}
