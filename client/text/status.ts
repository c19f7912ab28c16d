import { usedLine } from '../../core/cost/cost-lines.js';
import { workflowIdOf } from '../../core/run/workflow-ids.js';
import type { RunState } from '../../core/run/state.js';
import { eventsBetween } from '../runs/run-events.js';
import { compositionText } from './composition.js';
import { plural } from '../../core/format.js';
import type { PendingActivity } from '../runs/pending-activities.js';
import type { WorkUnderWay } from './progress-line.js';
import { waitText } from './waits.js';

export interface ShownStatus {
  readonly name: string;
  /** As Temporal names it: `RUNNING`. */
  readonly runStatus: string;
  /** `undefined` where no worker answers. */
  readonly state: RunState | undefined;
  readonly pending: readonly PendingActivity[];
  /** A sentence about roles that no worker serves. */
  readonly unserved?: string | undefined;
  readonly uiLink: string | undefined;
}

/** The state of a run. */
export function statusText({ name, runStatus, state, pending, unserved, uiLink }: ShownStatus): string {
  const stage = state === undefined ? '' : `, stage ${state.stage}`;
  const composition = state?.composition ?? null;
  const waits = state?.waitingFor ?? [];
  return [
    `${workflowIdOf(name)}: ${runStatus.toLowerCase()}${stage}`,
    ...(state === undefined ? [] : eventsOf(state).map((line) => `  ${line}`)),
    ...(state?.train == null || state.cost === null
      ? []
      : [`  so far: ${usedLine(state.train.usage, state.cost)}`]),
    ...pendingLines(pending).map((line) => `  ${line}`),
    ...(unserved === undefined ? [] : [`  ${unserved}`]),
    ...(composition === null ? [] : [compositionText(composition)]),
    ...(waits.length === 0 ? [] : [waitText(name, waits)]),
    ...(uiLink === undefined ? [] : [`Temporal UI: ${uiLink}`]),
  ].join('\n');
}

/** What is below the tables of the mix is not repeated. */
function eventsOf(state: RunState): string[] {
  if (state.composition === null) return eventsBetween(undefined, state);
  const sources = state.sources.map(({ findings: _shownBelow, ...source }) => source);
  return eventsBetween(undefined, { ...state, sources });
}

/** Activities that are listed one by one. */
const mostListed = 20;

/** What is under way or has failed before; of what waits for its turn the number. */
function pendingLines(pending: readonly PendingActivity[]): string[] {
  const tried = pending.filter(({ started, attempt }) => started || attempt > 1);
  const listed = tried.slice(0, mostListed).map((activity) => `under way: ${pendingText(activity)}`);
  const more = tried.length - listed.length;
  const waiting = pending.length - tried.length;
  return [
    ...listed,
    ...(more === 0 ? [] : [`under way: ${more} more`]),
    ...(waiting === 0 ? [] : [`scheduled: ${plural(waiting, 'task')}`]),
  ];
}

function pendingText({ progress, type, attempt, lastFailure }: WorkUnderWay): string {
  const note = progress?.note === undefined ? '' : `, ${progress.note}`;
  const retry = attempt > 1 ? ` (attempt ${attempt}: ${lastFailure ?? ''})` : '';
  return `${progress?.label ?? type}${note}${retry}`;
}
