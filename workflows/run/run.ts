import { upsertMemo, workflowInfo } from '@temporalio/workflow';
import type { Budget } from '../../core/cost/budget.js';
import { dayOf } from '../../core/day.js';
import type { RecipeMemo } from '../../core/run/changes.js';
import type { Stage1Input } from '../../core/run/run.js';
import type { Wait } from '../../core/run/state.js';
import { trainWorkflowIdOf } from '../../core/run/workflow-ids.js';
import { pausable } from '../activities.js';
import { BatchRunner } from '../batches/batch-runner.js';
import { Children } from '../pause/children.js';
import { Gate } from '../pause/gate.js';
import type { Renewal } from '../pause/renewal.js';
import { ReportInput } from './report-input.js';
import { RunView } from './view.js';
import { Waits } from './waits.js';

/** The parts of a run that its stages and its updates share. */
export class Run {
  readonly gate = new Gate();
  readonly activities = pausable(this.gate);
  readonly children = new Children(this.gate);
  readonly batches = new BatchRunner(this.activities, this.children);
  readonly view: RunView;
  readonly report: ReportInput;
  readonly waits: Waits;
  readonly trainWorkflowId = trainWorkflowIdOf(workflowInfo().workflowId);
  /** The day, `YYYY-MM-DD` in UTC. Part of the history: a worker that replays it finds the same. */
  readonly startedOn = dayOf(workflowInfo().startTime);
  #recipe: Stage1Input['recipe'];

  constructor(readonly input: Stage1Input) {
    this.#recipe = input.recipe;
    this.view = new RunView(input);
    this.report = new ReportInput(this.view);
    this.waits = new Waits({
      onChange: (waiting) => this.view.waitFor(waiting),
      renewalOf: (wait) => this.#renewalOf(wait),
      note: (text) => this.view.note(text),
    });
  }

  /** As it was started, with the changes made while the run waited. */
  get recipe(): Stage1Input['recipe'] {
    return this.#recipe;
  }

  /**
   * Takes other definitions of the sources. The memo is what `headrace start` compares an edited recipe with.
   */
  changeSources(sources: Stage1Input['recipe']['sources'], { recipeHash, recipe }: RecipeMemo): void {
    this.#recipe = { ...this.#recipe, sources };
    upsertMemo({ recipeHash, recipe });
  }

  /** Takes another budget of the training. */
  changeBudget(budget: Budget | null, { recipeHash, recipe }: RecipeMemo): void {
    const { train } = this.#recipe;
    if (train === undefined) return;
    const { budget: _budget, ...unlimited } = train;
    this.#recipe = { ...this.#recipe, train: { ...unlimited, ...(budget === null ? {} : { budget }) } };
    upsertMemo({ recipeHash, recipe });
    const { cost } = this.view.state;
    if (cost !== null) this.view.show({ cost: { ...cost, budget } });
  }

  /** A training that waits for a decision keeps its newest checkpoints alive. */
  #renewalOf({ kind, what }: Wait): Renewal | null {
    const plan = this.report.training?.plan;
    const record = this.view.state.train?.checkpoints.at(-1)?.record;
    const { train } = this.#recipe;
    if (kind !== 'stage' || what !== 'train') return null;
    if (plan === undefined || record === undefined || train === undefined) return null;
    return { plan, record, ttlSeconds: train.ttl_seconds };
  }
}
