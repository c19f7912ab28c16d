import { isCancellation } from '@temporalio/workflow';
import type { ChildWorkflowHandle, Workflow } from '@temporalio/workflow';
import type { WorkflowResultType } from '@temporalio/common';
import type { Gate } from './gate.js';
import { childSignals } from '../messages.js';

type Told = Pick<ChildWorkflowHandle<Workflow>, 'signal'>;
type Word = (typeof childSignals)[keyof typeof childSignals];

/** The children that are under way, so that a pause reaches them. */
export class Children {
  private readonly running = new Map<string, Told>();

  constructor(private readonly gate: Gate) {}

  has(workflowId: string): boolean {
    return this.running.has(workflowId);
  }

  /** Runs a child to its end; one that starts into a pause is told so. */
  async execute<T extends Workflow>(
    workflowId: string,
    start: () => Promise<ChildWorkflowHandle<T>>,
  ): Promise<WorkflowResultType<T>> {
    await this.gate.open();
    const child = await start();
    this.running.set(workflowId, child);
    try {
      if (this.gate.paused) await tell(child, childSignals.pause);
      return await child.result();
    } finally {
      this.running.delete(workflowId);
    }
  }

  async tell(word: Word): Promise<void> {
    await Promise.all([...this.running.values()].map(async (child) => await tell(child, word)));
  }
}

/** A child that has ended meanwhile need not hear it. */
async function tell(child: Told, word: Word): Promise<void> {
  try {
    await child.signal(word);
  } catch (error) {
    if (isCancellation(error)) throw error;
  }
}
