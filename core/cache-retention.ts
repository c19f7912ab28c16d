import type { ArtifactKind } from './contracts/artifact.js';

/** Kinds that hold what was paid for, or say where it is: small, and never removed. */
const keptForever: readonly ArtifactKind[] = ['record', 'training', 'metrics', 'evaluation'];
/** Unfinished downloads and scratch of dead processes; of living ones they are younger. */
export const leftoverDays = 7;

/** The rule, for people. */
export function retentionRule(keepDays: number): string {
  return (
    `Stays: what a run used in the last ${keepDays} days, and records of training for good. ` +
    `Goes: files and artifacts that no run has used since, and unfinished downloads and scratch that nothing has written to for ${leftoverDays} days.`
  );
}

const dayMs = 86_400_000;

export function isOlderThan(days: number, at: Date, now: Date): boolean {
  return now.getTime() - at.getTime() > days * dayMs;
}

/** Whether an artifact may go. */
export function mayArtifactGo(
  artifact: { readonly kind: ArtifactKind; readonly usedAt: Date },
  keepDays: number,
  now: Date,
): boolean {
  return !keptForever.includes(artifact.kind) && isOlderThan(keepDays, artifact.usedAt, now);
}

/** Whether a file of the Hub may go: neither it nor a run that names it is younger. */
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
