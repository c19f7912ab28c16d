import {
  allHandlersFinished,
  CancellationScope,
  condition,
  isCancellation,
  ParentClosePolicy,
  ChildWorkflowCancellationType,
  setCurrentDetails,
  setHandler,
  startChild,
  upsertMemo,
  upsertSearchAttributes,
  workflowInfo,
  WorkflowIdReusePolicy,
  ApplicationFailure,
} from '@temporalio/workflow';
import { defineSearchAttributeKey } from '@temporalio/common';
import type { MixResult, MixSource } from '../core/contracts/mix.js';
import type { RunStanding, WriteReportInput } from '../core/contracts/report.js';
import type { TokensResult } from '../core/contracts/tokens.js';
import type { TrainingPlan } from '../core/contracts/training.js';
import { formatCount, plural } from '../core/format.js';
import type { Stage } from '../core/run/stages.js';
import type { Train } from '../core/recipe.js';
import { runDetails } from '../core/run/details.js';
import { searchAttributeNames } from '../core/run/search-attributes.js';
import type { PreparedSource, Stage1Input, Stage1Result, TrainOutcome } from '../core/run/run.js';
import type { RecipeMemo } from '../core/run/changes.js';
import type { RunState, Wait } from '../core/run/state.js';
import { sourceWorkflowIdOf, trainWorkflowIdOf } from '../core/run/workflow-ids.js';
import { bounded, long, longWork, probe } from './activities.js';
import { Children } from './pause/children.js';
import { reasonOf } from './failure.js';
import { Gate } from './pause/gate.js';
import { parallel } from './parallel.js';
import { prepareSource } from './prepare-source.js';
import { waitAndRenew } from './pause/renewal.js';
import type { Renewal } from './pause/renewal.js';
import { progressSignals, queries } from './messages.js';
import { StageTimes } from './run/stage-times.js';
import { takePauses, takeRepairs, takeReview } from './steering.js';
import type { Steered } from './steering.js';
import { trainLora } from './train-lora.js';
import { Waits } from './run/waits.js';
import type { Decision } from './run/waits.js';

const tokenPiecesAtOnce = 2;
const shownNotes = 40;

const childOptions = {
  cancellationType: ChildWorkflowCancellationType.WAIT_CANCELLATION_COMPLETED,
  parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
  workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE,
} as const;

/** A source that is ready for the mix, by its name in the recipe. */
type Present = PreparedSource & { readonly name: string };

/**
 * One run, from corpora to a trained LoRA: sources side by side in children, then the mix, review, tokens, training
 * and the report. What fails for a reason that time does not mend parks: the rest goes on, and the run waits for a person.
 */
export async function stage1(input: Stage1Input): Promise<Stage1Result> {
  const run = new Run(input);
  try {
    const result = await run.execute();
    await condition(allHandlersFinished);
    return result;
  } catch (error) {
    if (isCancellation(error)) await CancellationScope.nonCancellable(async () => await run.leaveInOrder());
    throw error;
  }
}

class Run implements Steered {
  state: RunState;
  /** As the input has it, with what was changed while the run waited. */
  recipe: Stage1Input['recipe'];
  readonly gate = new Gate();
  readonly children = new Children(this.gate);
  readonly waits = new Waits((waitingFor) => {
    if (waitingFor.length > 0) this.times.enter('waiting for a person');
    else this.times.leave('waiting for a person');
    this.show({ waitingFor });
  });
  private readonly times = new StageTimes();
  /** Every source is ready or skipped, and there is one. */
  private isPrepared = false;
  private readonly ready = new Map<string, WriteReportInput['sources'][number]>();
  private ended: RunStanding['status'] = 'running';
  rejectNote = '';
  /** What the report shows so far. */
  private reported: Omit<WriteReportInput, 'standing'>;

  constructor(private readonly input: Stage1Input) {
    const { recipe } = input;
    this.recipe = recipe;
    this.state = {
      name: recipe.name,
      stage: 'resolve',
      sources: recipe.sources.map((source) => ({ name: source.name, status: 'waiting', notes: [] })),
      composition: null,
      tokens: null,
      server: null,
      developmentServer: false,
      train: null,
      waitingFor: [],
      notes: [],
    };
    const { workflowId, runId } = workflowInfo();
    this.reported = {
      recipe,
      out: recipe.out,
      sources: [],
      mix: null,
      tokens: null,
      training: null,
      workflowId,
      runId,
    };
    this.handle();
    this.show({});
  }

  async execute(): Promise<Stage1Result> {
    const { recipe } = this.input;
    this.enter('resolve');
    const [prepared] = await Promise.all([
      parallel(recipe.sources, recipe.sources.length, async ({ name }) => {
        const done = await this.prepare(name);
        if (done !== null) this.addToReport(name, done);
        return done;
      }),
      recipe.train === undefined ? undefined : this.check(recipe.train),
    ]);
    const present = prepared.flatMap((done, index) => {
      const source = recipe.sources[index];
      return done === null || source === undefined ? [] : [{ name: source.name, ...done }];
    });
    this.isPrepared = present.length > 0;
    if (!this.isPrepared) throw ApplicationFailure.nonRetryable('Every source was skipped', 'MixError');

    const mix = await this.mixAndReview(present);

    let tokens: TokensResult | null = null;
    let training: TrainingPlan | null = null;
    let trained: TrainOutcome | null = null;
    if (recipe.train !== undefined) {
      const { train } = recipe;
      tokens = await this.untilDone('tokenise', async () => await this.tokenise(mix, train));
      this.reported = { ...this.reported, tokens };
      const planned = await this.untilDone('train', async () => await this.planTraining(train, tokens));
      training = planned;
      this.reported = { ...this.reported, training };
      trained = await this.untilDone('train', async () => await this.train(train, planned, mix));
    }

    this.enter('report');
    this.ended = 'done';
    const report = await this.untilDone('report', async () => await this.writeReport());
    this.times.leave('report');
    this.show({ stage: 'done' });
    return {
      out: recipe.out,
      mix,
      skippedSources: this.state.sources
        .filter((source) => source.status === 'skipped')
        .map((source) => source.name),
      tokens,
      training,
      trained,
      reportPath: report.path,
    };
  }

  /** After a cancel: the children have saved and recorded; the report says how far the run came. */
  async leaveInOrder(): Promise<void> {
    // The cancel may have come during a pause.
    this.gate.resume();
    this.ended = 'cancelled';
    if (this.isPrepared) await this.writeReport();
  }

  // ── stages ─────────────────────────────────────────────────────────────────────────────────────────────────────

  /** One source in a child of its own; `null` where a person chose to skip it. */
  private async prepare(name: string): Promise<PreparedSource | null> {
    const { recipe, updateLock } = this.input;
    const workflowId = sourceWorkflowIdOf(workflowInfo().workflowId, name);
    for (;;) {
      const source = this.recipe.sources.find((other) => other.name === name);
      if (source === undefined) throw new Error(`The recipe has no source ${name}`);
      try {
        return await this.children.execute(
          workflowId,
          async () =>
            await startChild(prepareSource, {
              workflowId,
              args: [
                {
                  source,
                  out: recipe.out,
                  seed: recipe.seed,
                  ...(updateLock === undefined ? {} : { updateLock }),
                },
              ],
              ...childOptions,
              staticSummary: `prepare ${name} (${source.dataset ?? 'local files'})`,
            }),
        );
      } catch (error) {
        if (isCancellation(error)) throw error;
        this.setSource(name, 'parked');
        const decision = await this.park({ what: name, kind: 'source', ...reasonOf(error) });
        this.setSource(name, decision === 'skip' ? 'skipped' : 'waiting');
        if (decision === 'skip') return null;
      }
    }
  }

  /** Looks at the Tinker server while the data is prepared, so that a wrong key is known now and not in hours. */
  private async check(train: Train): Promise<void> {
    await this.untilDone('train', async () => {
      const checked = await this.gate.run(
        async () =>
          await bounded.checkTraining.executeWithOptions(
            { ...probe, summary: `check the Tinker server and ${train.base_model}` },
            [{ train }],
          ),
      );
      this.show({ server: checked.server, developmentServer: checked.developmentServer });
    });
  }

  /** A mix that a person has read and wants otherwise is made again, from the same pieces. */
  private async mixAndReview(present: readonly Present[]): Promise<MixResult> {
    for (;;) {
      const mix = await this.untilDone('mix', async () => await this.mix(present));
      if (!this.recipe.review || (await this.review(mix)) === 'approve') return mix;
    }
  }

  private async mix(present: readonly Present[]): Promise<MixResult> {
    const { rowsPerSource } = this.input;
    const { recipe } = this;
    this.enter('mix');
    const sources: MixSource[] = present.flatMap(({ name, resolution, conversion, summary }) =>
      recipe.sources
        .filter((source) => source.name === name)
        .map((source) => ({
          source,
          resolution: resolution.resolution,
          plan: conversion.plan,
          summary: summary.summary,
        })),
    );
    const plan = await this.gate.run(
      async () =>
        await long.planMix.executeWithOptions(
          { ...longWork, summary: `plan the mix of ${plural(sources.length, 'source')}` },
          [
            {
              seed: recipe.seed,
              sources,
              heldout: recipe.heldout,
              mix: recipe.mix,
              ...(rowsPerSource === undefined ? {} : { rowsPerSource }),
            },
          ],
        ),
    );
    const mix = await this.gate.run(
      async () =>
        await long.finishMix.executeWithOptions(
          { ...longWork, summary: `write train.jsonl (${formatCount(plan.composition.trainLines)} lines)` },
          [{ plan: plan.plan, out: recipe.out }],
        ),
    );
    this.reported = { ...this.reported, mix };
    this.show({ composition: mix.composition });
    return mix;
  }

  /** @throws {ApplicationFailure} Rejected, with the note. */
  private async review(mix: MixResult): Promise<Decision> {
    this.enter('review');
    const report = await this.untilDone('report', async () => await this.writeReport());
    const decision = await this.park({
      what: 'review',
      kind: 'review',
      type: 'Review',
      message: `The mix of ${formatCount(mix.train.lines)} conversations waits for review: ${report.path}`,
      remedy: `Read the samples with \`npx headrace review ${this.recipe.name}\`, then approve, change the caps or reject.`,
    });
    if (decision === 'reject')
      throw ApplicationFailure.nonRetryable(
        `The mix was rejected${this.rejectNote === '' ? '' : `: ${this.rejectNote}`}`,
        'Rejected',
      );
    return decision;
  }

  private async tokenise(mix: MixResult, train: Train): Promise<TokensResult> {
    this.enter('tokenise');
    const plan = await this.gate.run(
      async () =>
        await bounded.planTokens.executeWithOptions(
          { ...probe, summary: `plan the tokens of ${formatCount(mix.train.lines)} conversations` },
          [{ mix: mix.mix, train }],
        ),
    );
    let done = 0;
    const show = (totalSteps: number | null): void =>
      this.show({ tokens: { pieces: [done, plan.pieces.length], totalSteps } });
    show(null);
    await parallel(plan.pieces, tokenPiecesAtOnce, async (batch) => {
      await this.gate.run(
        async () =>
          await long.tokenisePieces.executeWithOptions({ ...longWork, summary: `tokenise ${batch.label}` }, [
            { plan: plan.plan, from: batch.from, to: batch.to },
          ]),
      );
      done += 1;
      show(null);
    });
    const tokens = await this.gate.run(
      async () =>
        await long.finishTokens.executeWithOptions({ ...longWork, summary: 'count tokens and steps' }, [
          { plan: plan.plan },
        ]),
    );
    show(tokens.totalSteps);
    return tokens;
  }

  private async planTraining(train: Train, tokens: TokensResult | null): Promise<TrainingPlan> {
    const { recipe } = this.input;
    if (tokens === null)
      throw ApplicationFailure.nonRetryable('There are no tokens to train on', 'NothingToTrainError');
    this.enter('train');
    const planned = await this.gate.run(
      async () =>
        await bounded.planTraining.executeWithOptions(
          { ...probe, summary: `plan ${plural(tokens.totalSteps, 'step')}` },
          [{ name: recipe.name, seed: recipe.seed, train, tokens: tokens.tokens }],
        ),
    );
    this.show({ server: planned.server, developmentServer: planned.developmentServer });
    return planned;
  }

  private async train(train: Train, training: TrainingPlan, mix: MixResult): Promise<TrainOutcome> {
    const workflowId = this.trainerId;
    return await this.children.execute(
      workflowId,
      async () =>
        await startChild(trainLora, {
          workflowId,
          args: [
            {
              training,
              mix: mix.mix,
              out: this.recipe.out,
              checkpointEvery: train.checkpoint_every,
              ttlSeconds: train.ttl_seconds,
            },
          ],
          ...childOptions,
          staticSummary: `train ${train.base_model}, ${plural(training.totalSteps, 'step')}`,
        }),
    );
  }

  private async writeReport(): Promise<{ readonly path: string }> {
    return await this.gate.run(
      async () =>
        await long.writeReport.executeWithOptions({ ...longWork, summary: 'write report.html' }, [
          this.report(),
        ]),
    );
  }

  /**
   * A report that is asked for while sources are under way shows those that are ready, in the order of the recipe. The
   * lists of batches are left out: those of many sources are too long for a payload.
   */
  private addToReport(name: string, { resolution, summary }: PreparedSource): void {
    this.ready.set(name, { resolution: { ...resolution, downloads: [] }, summary });
    const sources = this.recipe.sources.flatMap((source) => this.ready.get(source.name) ?? []);
    this.reported = { ...this.reported, sources };
  }

  /** What a report is made of, as the run stands now. */
  private report(): WriteReportInput {
    const { stage, waitingFor, sources, notes } = this.state;
    const standing: RunStanding = {
      at: Date.now(),
      status: this.ended,
      stage,
      waitingFor: waitingFor.map(({ what, type, message, remedy }) => ({ what, type, message, remedy })),
      skippedSources: sources.filter(({ status }) => status === 'skipped').map(({ name }) => name),
      notes,
      times: this.times.list(),
    };
    return { ...this.reported, standing };
  }

  // ── waiting for a person ───────────────────────────────────────────────────────────────────────────────────────

  /** Does `work` until it succeeds: a failure that time does not mend parks it until someone says to retry. */
  private async untilDone<Result>(stage: Stage, work: () => Promise<Result>): Promise<Result> {
    for (;;) {
      try {
        return await work();
      } catch (error) {
        if (isCancellation(error)) throw error;
        await this.park({ what: stage, kind: 'stage', ...reasonOf(error) });
      }
    }
  }

  private async park(wait: Wait): Promise<Decision> {
    this.waits.add(wait);
    await waitAndRenew(
      () => this.waits.isDecided(wait),
      wait.kind === 'stage' && wait.what === 'train' ? this.renewal() : null,
      (note) => this.note(note),
    );
    return this.waits.take(wait);
  }

  private renewal(): Renewal | null {
    const plan = this.reported.training?.plan;
    const record = this.state.train?.checkpoints.at(-1)?.record;
    const ttlSeconds = this.recipe.train?.ttl_seconds;
    return plan === undefined || record === undefined || ttlSeconds === undefined
      ? null
      : { plan, record, ttlSeconds };
  }

  get trainerId(): string {
    return trainWorkflowIdOf(workflowInfo().workflowId);
  }

  private handle(): void {
    setHandler(queries.progress, () => this.state);
    setHandler(queries.composition, () => this.state.composition);
    setHandler(queries.checkpoints, () => this.state.train?.checkpoints ?? []);
    setHandler(queries.report, () => this.report());
    setHandler(progressSignals.sourceProgress, (source) => {
      this.show({
        sources: this.state.sources.map((other) => (other.name === source.name ? source : other)),
      });
      this.followSources();
    });
    setHandler(progressSignals.trainProgress, (train) => {
      this.show({ train });
      for (const note of train.notes) this.note(note);
    });
    takeRepairs(this);
    takeReview(this);
    takePauses(this);
  }

  /** The memo is what `headrace start` compares an edited recipe with. */
  amend(sources: Stage1Input['recipe']['sources'], { recipeHash, recipe }: RecipeMemo): void {
    this.recipe = { ...this.recipe, sources };
    this.reported = { ...this.reported, recipe: this.recipe };
    upsertMemo({ recipeHash, recipe });
  }

  // ── what people see ────────────────────────────────────────────────────────────────────────────────────────────

  note(text: string): void {
    if (!this.state.notes.includes(text))
      this.show({ notes: [...this.state.notes, text].slice(-shownNotes) });
  }

  private show(change: Partial<RunState>): void {
    this.state = { ...this.state, ...change };
    setCurrentDetails(runDetails(this.state));
  }

  private setSource(name: string, status: 'parked' | 'skipped' | 'waiting'): void {
    this.show({
      sources: this.state.sources.map((source) => (source.name === name ? { ...source, status } : source)),
    });
  }

  /** While sources are prepared side by side, the run's stage is that of the slowest. */
  private followSources(): void {
    const order: Stage[] = ['resolve', 'download', 'convert'];
    const slowest = order.find((stage) => this.state.sources.some((source) => source.status === stage));
    if (slowest !== undefined && order.includes(this.state.stage as Stage)) this.enter(slowest);
  }

  private enter(stage: Stage): void {
    const before = this.state.stage;
    if (before !== stage && before !== 'done') this.times.leave(before);
    this.times.enter(stage);
    if (this.input.searchAttributes && (this.state.stage !== stage || stage === 'resolve'))
      upsertSearchAttributes([
        { key: defineSearchAttributeKey(searchAttributeNames.stage, 'KEYWORD'), value: stage },
      ]);
    this.show({ stage });
  }
}
