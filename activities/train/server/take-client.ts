import type { SegmentRecordRef } from '../../../core/contracts/training.js';
import { HeadraceError } from '../../../core/errors.js';
import type { WorkContext } from '../../../core/progress.js';
import type { TinkerSession, TrainingClient } from '../../../tinker/index.js';
import { abortWith } from '../steps/stop-and-save.js';
import type { TrainingPlanMeta } from '../steps/training-plan.js';
import type { TrainDeps } from '../train-deps.js';
import { WaitNotes, type LiveClient } from './live-clients.js';
import { previousSession } from './previous-session.js';
import { sessionMetadata } from './session-metadata.js';
import type { SessionProgress } from './session-progress.js';
import { isTinkerError } from './tinker-errors.js';

/**
 * The client for a segment: the one that saved the predecessor's state, where it is alive in this worker;
 * else a new training run from that state. A retry always gets a new one, and finishes the session of the
 * attempt before.
 *
 * @throws {HeadraceError} CheckpointLostError, where the server does not have the predecessor's state.
 */
export async function takeClient(
  deps: TrainDeps,
  plan: TrainingPlanMeta,
  predecessor: SegmentRecordRef | null,
  work: WorkContext,
  progress: SessionProgress,
): Promise<LiveClient> {
  const left = previousSession(work);
  const parked =
    predecessor === null || left !== undefined
      ? undefined
      : deps.live.checkOut(predecessor.statePath, plan.server.identity);
  if (parked !== undefined) {
    progress.opened(parked.session.id);
    return parked;
  }
  const waits = new WaitNotes();
  const tinker = await deps.access.connect(work.signal, waits.forward);
  if (left !== undefined) await tinker.finishSession(left, 'interrupted');
  const life = new AbortController();
  const unlink = abortWith(work.signal, life);
  try {
    const session = await tinker.openSession({
      displayName: `headrace ${plan.name}`,
      userMetadata: sessionMetadata(plan.name),
      signal: life.signal,
    });
    progress.opened(session.id);
    waits.listener = progress.note;
    const client = await newClient(session, plan, predecessor);
    return { session, client, server: plan.server.identity, life, waits };
  } finally {
    unlink();
  }
}

/** Finishes the session where the client cannot be created. */
async function newClient(
  session: TinkerSession,
  plan: TrainingPlanMeta,
  predecessor: SegmentRecordRef | null,
): Promise<TrainingClient> {
  try {
    return predecessor === null
      ? await firstClient(session, plan)
      : await resumedClient(session, plan, predecessor);
  } catch (error) {
    await session.finish('errored').catch(() => undefined);
    throw error;
  }
}

async function firstClient(session: TinkerSession, plan: TrainingPlanMeta): Promise<TrainingClient> {
  const userMetadata = { headrace: plan.name };
  const { base_model: baseModel, from, lora } = plan.train;
  if (from === undefined) return await session.createLoraTrainingClient({ baseModel, ...lora, userMetadata });
  // Another training's weights get a schedule of their own, and so an optimizer of their own.
  return await session.createFromState(from, { optimizer: false, userMetadata });
}

async function resumedClient(
  session: TinkerSession,
  plan: TrainingPlanMeta,
  { statePath, nextStep }: SegmentRecordRef,
): Promise<TrainingClient> {
  try {
    return await session.createFromState(statePath, {
      optimizer: true,
      userMetadata: { headrace: plan.name },
    });
  } catch (error) {
    if (!isTinkerError(error, 'not-found')) throw error;
    throw new HeadraceError(
      'CheckpointLostError',
      `${plan.server.description} no longer has the state of step ${nextStep}, ${statePath}`,
      { cause: error },
    );
  }
}
