import type { Progress } from '../../core/progress.js';
import type { Stage } from '../../core/run/stages.js';
import type { RunState } from '../../core/run/state.js';
import type { WorkUnderWay } from '../text/progress-line.js';

/**
 * The total progress of each stage that consists of several activities. Finished work is taken from the run's
 * state, running work from heartbeats. Training reports its own total.
 */
export function stageTotals(state: RunState | undefined, underWay: readonly WorkUnderWay[]): WorkUnderWay[] {
  if (state === undefined) return [];
  const { sources, tokens } = state;
  const converted = sources.flatMap(({ pieces }) => (pieces === undefined ? [] : [pieces]));
  return [
    ...downloadTotal(state, underWay),
    ...pieceTotal('convert', converted, underWay),
    ...pieceTotal('tokenise', tokens === null ? [] : [tokens.pieces], underWay),
  ];
}

function downloadTotal({ sources }: RunState, underWay: readonly WorkUnderWay[]): WorkUnderWay[] {
  const active = progressOf('download', underWay);
  const downloaded = sources.filter(({ downloads }) => (downloads?.[1] ?? 0) > 0);
  const total = sum(downloaded.map(({ bytes }) => bytes ?? 0));
  // The line of a single download is its own total.
  if (active.length < 2 || total === 0) return [];
  const finished = sum(downloaded.map(({ downloadedBytes }) => downloadedBytes ?? 0));
  return [totalLine('download', 'bytes', finished + sum(active.map(({ done }) => done)), total)];
}

/**
 * A piece under way counts as the fraction of it that is done. @param counts - pieces finished, and in all.
 */
function pieceTotal(
  stage: Stage,
  counts: readonly (readonly [finished: number, all: number])[],
  underWay: readonly WorkUnderWay[],
): WorkUnderWay[] {
  const active = progressOf(stage, underWay);
  const total = sum(counts.map(([, all]) => all));
  if (active.length === 0 || total < 2) return [];
  const fractions = active.map(({ done, total: all }) =>
    all === null || all === 0 ? 0 : Math.min(1, done / all),
  );
  return [totalLine(stage, 'pieces', sum(counts.map(([finished]) => finished)) + sum(fractions), total)];
}

function progressOf(stage: Stage, underWay: readonly WorkUnderWay[]): Progress[] {
  return underWay.flatMap(({ progress }) => (progress?.stage === stage ? [progress] : []));
}

function totalLine(stage: Stage, unit: Progress['unit'], done: number, total: number): WorkUnderWay {
  return {
    id: `all of ${stage}`,
    type: stage,
    attempt: 1,
    progress: { stage, label: 'in all', done: Math.min(done, total), total, unit },
    lastFailure: undefined,
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
