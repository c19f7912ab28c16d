import type { Activities } from '../core/contracts/activities.js';
import type { WorkContext } from '../core/progress.js';

/**
 * What an activity does, without Temporal: its {@link WorkContext} stands for the heartbeat and the cancel.
 */
type Work<Name extends keyof Activities> = (
  input: Parameters<Activities[Name]>[0],
  work: WorkContext,
) => ReturnType<Activities[Name]>;

/** The work of the activities `Names`, by name: what each stage's `create<Stage>Activities` returns. */
export type WorkOf<Names extends keyof Activities> = { readonly [Name in Names]: Work<Name> };
