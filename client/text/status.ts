import { usedLine } from '../../core/cost/cost-lines.js';
import { workflowIdOf } from '../../core/run/workflow-ids.js';
import type { RunState } from '../../core/run/state.js';
import { eventsBetween } from '../runs/run-events.js';
import { compositionText } from './composition.js';
import type { WorkUnderWay } from './progress-line.js';
import { waitText } from './waits.js';

export interface ShownStatus {
  readonly name: string;
  /** As Temporal names it: `RUNNING`. */
  readonly runStatus: string;
  /** `undefined` where no worker answers. */
  readonly state: RunState | undefined;
  readonly pending: readonly WorkUnderWay[];
  readonly uiLink: string | undefined;
}

/** The state of a run. */
export function statusText({ name, runStatus, state, pending, uiLink }: ShownStatus): string {
  const stage = state === undefined ? '' : `, stage ${state.stage}`;
  const composition = state?.composition ?? null;
  const waits = state?.waitingFor ?? [];
  return [
    `${workflowIdOf(name)}: ${runStatus.toLowerCase()}${stage}`,
    ...(state === undefined ? [] : eventsOf(state).map((line) => `  ${line}`)),
    ...(state?.train == null || state.cost === null
      ? []
      : [`  so far: ${usedLine(state.train.usage, state.cost)}`]),
    ...pending.map((activity) => `  under way: ${pendingText(activity)}`),
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

function pendingText({ progress, type, attempt, lastFailure }: WorkUnderWay): string {
  const note = progress?.note === undefined ? '' : `, ${progress.note}`;
  const retry = attempt > 1 ? ` (attempt ${attempt}: ${lastFailure ?? ''})` : '';
  return `${progress?.label ?? type}${note}${retry}`;
}
