import type { ArtifactKind } from './contracts/artifact.js';

/** Kinds with the results of paid training, or with their places. They are small and never removed. */
const keptForever: readonly ArtifactKind[] = ['record', 'training', 'metrics', 'evaluation'];
/** Age at which what was never finished may be removed: that of running processes is younger. */
export const leftoverDays = 7;

/** The rule as text for users. */
export function retentionRule(keepDays: number): string {
  return (
    `Kept: what a run used in the last ${keepDays} days, and records of training, always. ` +
    `Removed: files and artifacts that no run has used since; and unfinished downloads, files that no manifest names, incomplete uploads and scratch, which nothing has written to for ${leftoverDays} days.`
  );
}

const dayMs = 86_400_000;

/** Whether `at` is more than `days` before `now`. */
export function isOlderThan(days: number, at: Date, now: Date): boolean {
  return now.getTime() - at.getTime() > days * dayMs;
}

/** Whether an artifact may be removed. */
export function mayArtifactGo(
  artifact: { readonly kind: ArtifactKind; readonly usedAt: Date },
  keepDays: number,
  now: Date,
): boolean {
  return !keptForever.includes(artifact.kind) && isOlderThan(keepDays, artifact.usedAt, now);
}

/**
 * Whether a file of the Hub may be removed: both its last use and that of every run that names it are older.
 */
export function mayFileGo(
  file: {
    readonly kind: 'file' | 'part';
    readonly usedAt: Date;
    readonly uses: readonly { readonly at: string }[];
  },
  keepDays: number,
  now: Date,
): boolean {
  if (file.kind === 'part') return isOlderThan(leftoverDays, file.usedAt, now);
  const used = [file.usedAt, ...file.uses.map((use) => new Date(use.at))];
  return used.every((at) => isOlderThan(keepDays, at, now));
}
