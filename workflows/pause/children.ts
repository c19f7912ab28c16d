import {
  CancellationScope,
  ChildWorkflowCancellationType,
  getExternalWorkflowHandle,
  ParentClosePolicy,
  WorkflowIdReusePolicy,
} from '@temporalio/workflow';
import type { ChildWorkflowHandle, Workflow } from '@temporalio/workflow';
import type { WorkflowResultType } from '@temporalio/common';
import type { ChildSignals } from '../../core/run/api.js';
import type { Gate } from './gate.js';

type SignalTarget = Pick<ChildWorkflowHandle<Workflow>, 'signal'>;

/** A cancelled child saves, and is waited for. Its id is that of an earlier run's child of the same name. */
export const childOptions = {
  cancellationType: ChildWorkflowCancellationType.WAIT_CANCELLATION_COMPLETED,
  parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
  workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE,
} as const;

/** The children that are under way, so that a pause reaches them. */
export class Children {
  readonly #gate: Gate;
  readonly #running = new Map<string, SignalTarget>();

  constructor(gate: Gate) {
    this.#gate = gate;
  }

  has(workflowId: string): boolean {
    return this.#running.has(workflowId);
  }

  /** Runs a child to its end. One that starts while the run is paused is paused too. */
  async execute<T extends Workflow>(
    workflowId: string,
    start: () => Promise<ChildWorkflowHandle<T>>,
  ): Promise<WorkflowResultType<T>> {
    await this.#gate.opened();
    const child = await start();
    this.#running.set(workflowId, child);
    try {
      if (this.#gate.isClosed) await signalTo(child, 'pause', []);
      return await resultOf(workflowId, child);
    } finally {
      this.#running.delete(workflowId);
    }
  }

  async signalAll<Name extends keyof ChildSignals>(name: Name, ...args: ChildSignals[Name]): Promise<void> {
    await Promise.all([...this.#running.values()].map(async (child) => await signalTo(child, name, args)));
  }
}

/**
 * Waits for the child, which a cancel of this workflow cancels. The SDK's own cancel names the run that was
 * started, and the server drops it where that run has continued as new; a cancel by id reaches the newest.
 */
async function resultOf<T extends Workflow>(
  workflowId: string,
  child: ChildWorkflowHandle<T>,
): Promise<WorkflowResultType<T>> {
  const outer = CancellationScope.current();
  return await CancellationScope.nonCancellable(async () => {
    const newest = getExternalWorkflowHandle(workflowId);
    // A child that has ended meanwhile does not need the cancel.
    outer.cancelRequested.catch(async () => await newest.cancel().catch(() => undefined));
    return await child.result();
  });
}

/** A child that has ended meanwhile does not need the signal. */
async function signalTo<Name extends keyof ChildSignals>(
  child: SignalTarget,
  name: Name,
  args: ChildSignals[Name],
): Promise<void> {
  try {
    await child.signal(name, ...args);
  } catch (error) {
    if (CancellationScope.current().consideredCancelled) throw error;
  }
}
