import type { Progress } from '../../core/progress.js';
import type { Stage } from '../../core/run/stages.js';
import type { RunState } from '../../core/run/state.js';
import type { PendingActivity } from './pending-activities.js';

/**
 * What is under way in one line more for each stage that goes in several pieces of work: what is finished by the
 * workflow's word, and what is on its way by the heartbeats. Training says of itself how far it is in all.
 */
export function totals(state: RunState | undefined, pending: readonly PendingActivity[]): PendingActivity[] {
  if (state === undefined) return [];
  const { sources, tokens } = state;
  return [
    ...allDownloads(state, pending),
    ...allPieces(
      'convert',
      sources.flatMap(({ pieces }) => (pieces === undefined ? [] : [pieces])),
      pending,
    ),
    ...allPieces('tokenise', tokens === null ? [] : [tokens.pieces], pending),
  ];
}

function allDownloads({ sources }: RunState, pending: readonly PendingActivity[]): PendingActivity[] {
  const under = underWay('download', pending);
  const fetched = sources.filter(({ downloads }) => (downloads?.[1] ?? 0) > 0);
  const total = fetched.reduce((sum, { bytes }) => sum + (bytes ?? 0), 0);
  if (under.length < 2 || total === 0) return [];
  const finished = fetched.reduce((sum, { downloadedBytes }) => sum + (downloadedBytes ?? 0), 0);
  return [line('download', 'bytes', finished + under.reduce((sum, { done }) => sum + done, 0), total)];
}

/** Pieces that are under way count by how far they are. @param counts - finished, and in all. */
function allPieces(
  stage: Stage,
  counts: readonly (readonly [number, number])[],
  pending: readonly PendingActivity[],
): PendingActivity[] {
  const under = underWay(stage, pending);
  const total = counts.reduce((sum, [, all]) => sum + all, 0);
  if (under.length === 0 || total < 2) return [];
  const finished = counts.reduce((sum, [done]) => sum + done, 0);
  const parts = under.map(({ done, total: all }) =>
    all === null || all === 0 ? 0 : Math.min(1, done / all),
  );
  return [line(stage, 'pieces', finished + parts.reduce((sum, part) => sum + part, 0), total)];
}

function underWay(stage: Stage, pending: readonly PendingActivity[]): Progress[] {
  return pending.flatMap(({ progress }) => (progress?.stage === stage ? [progress] : []));
}

function line(stage: Stage, unit: Progress['unit'], done: number, total: number): PendingActivity {
  return {
    id: `all of ${stage}`,
    type: stage,
    attempt: 1,
    started: true,
    progress: { stage, label: 'in all', done: Math.min(done, total), total, unit },
    lastFailure: undefined,
  };
}
