import { condition, setHandler } from '@temporalio/workflow';
import type { ArtifactRef } from '../../core/contracts/artifact.js';
import type { SegmentRecordRef, TrainingPlan } from '../../core/contracts/training.js';
import type { Budget } from '../../core/cost/budget.js';
import { trainDetails } from '../../core/run/details.js';
import type { TrainOutcome } from '../../core/run/run.js';
import type { TrainState } from '../../core/run/state.js';
import { pausable } from '../activities.js';
import type { ActivityCalls } from '../activities.js';
import { childSignals, progressSignals } from '../messages.js';
import { Gate } from '../pause/gate.js';
import { waitAndRenew } from '../pause/renewal.js';
import { Reporter } from '../reporter.js';
import { BesideEvaluator } from './beside-evaluator.js';
import { measured, noted, nothingYet, outcomeOf, saved, trainStateOf } from './progress.js';
import type { TrainingProgress } from './progress.js';
import { SaveRequests } from './save-requests.js';
import { isReported } from './segments.js';

export interface TrainLoraInput {
  readonly training: TrainingPlan;
  readonly mix: ArtifactRef;
  readonly out: string;
  /** Steps in a segment. */
  readonly checkpointEvery: number;
  /** How long the server keeps a checkpoint. */
  readonly ttlSeconds: number;
  /** The most that the training may use; a signal changes it. */
  readonly budget: Budget | null;
  /** The progress that the workflow before this one, of the same training, hands over. */
  readonly carried?: TrainingProgress;
}

/** The shared state of a training: progress, pauses, requests to save, evaluation. */
export class Training {
  readonly gate = new Gate({ whileClosed: async (isOpen) => await this.#standStill(isOpen) });
  readonly activities = pausable(this.gate);
  readonly beside = new BesideEvaluator(async (checkpoint, calls) => await this.evaluate(checkpoint, calls));
  readonly saves = new SaveRequests(this.gate, async (requests) => {
    await this.setNow(saved(this.#progress, requests));
  });
  readonly #reporter = new Reporter<TrainState>(progressSignals.trainProgress, trainDetails);
  readonly #input: TrainLoraInput;
  #progress: TrainingProgress;
  #budget: Budget | null;

  constructor(input: TrainLoraInput) {
    this.#input = input;
    this.#progress = input.carried ?? nothingYet;
    this.#budget = input.budget;
    setHandler(childSignals.pause, () => {
      this.gate.close();
      this.beside.gate.close();
    });
    setHandler(childSignals.resume, () => {
      this.gate.reopen();
      this.beside.gate.reopen();
    });
    setHandler(childSignals.changeBudget, (budget) => {
      this.#budget = budget;
    });
    setHandler(childSignals.saveCheckpoint, async () => await this.saves.add());
  }

  /** As it was started, with the budget and the progress of now. */
  get input(): TrainLoraInput {
    return { ...this.#input, budget: this.#budget };
  }

  get progress(): TrainingProgress {
    return this.#progress;
  }

  get isDone(): boolean {
    return this.#nextStep >= this.input.training.totalSteps;
  }

  /** Takes the progress after an event, and shows it. */
  set(progress: TrainingProgress): void {
    this.#progress = progress;
    const { checkpointEvery, training } = this.input;
    if (isReported(this.#nextStep, checkpointEvery, training.totalSteps))
      this.#reporter.report(this.#state());
    else this.#reporter.show(this.#state());
  }

  /** As {@link set}, and waits until the run has it. */
  async setNow(progress: TrainingProgress): Promise<void> {
    this.#progress = progress;
    await this.#reportNow();
  }

  async note(text: string): Promise<void> {
    await this.setNow(noted(this.#progress, text));
  }

  /** Measures a checkpoint; `null` is what the training begins with. */
  async evaluate(checkpoint: SegmentRecordRef | null, calls: ActivityCalls): Promise<void> {
    const { training, mix, out } = this.input;
    const what = checkpoint === null ? 'before training' : checkpoint.label;
    const result = await calls.evaluate(`evaluate ${what}`, { plan: training.plan, mix, out, checkpoint });
    const progress = measured(this.#progress, checkpoint, result);
    if (checkpoint === null) await this.setNow(progress);
    else this.set(progress);
  }

  outcome(): TrainOutcome {
    return outcomeOf(this.#progress, this.input.training);
  }

  get #nextStep(): number {
    return this.#progress.last?.nextStep ?? 0;
  }

  #state(paused = false): TrainState {
    return trainStateOf(this.#progress, this.input.training, paused);
  }

  /**
   * A pause: once nothing is under way it is signalled to the run, and the TTL of the newest checkpoints is
   * renewed.
   */
  async #standStill(isOpen: () => boolean): Promise<void> {
    await condition(() => !this.beside.gate.isBusy);
    await this.#reportNow(true);
    const { training, ttlSeconds } = this.input;
    const record = this.#progress.last?.record;
    const renewal = record === undefined ? null : { plan: training.plan, record, ttlSeconds };
    await waitAndRenew(isOpen, renewal, (note) => {
      this.#progress = noted(this.#progress, note);
    });
    await this.#reportNow();
  }

  async #reportNow(paused = false): Promise<void> {
    this.#reporter.reportNow(this.#state(paused));
    await this.#reporter.sent();
  }
}
