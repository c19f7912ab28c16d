import { setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';
import { defineSearchAttributeKey } from '@temporalio/common';
import { runDetails } from '../../core/run/details.js';
import type { Stage1Input } from '../../core/run/run.js';
import { searchAttributeNames } from '../../core/run/search-attributes.js';
import type { Stage } from '../../core/run/stages.js';
import type { RunState, SourceState, SourceStatus, TrainState, Wait } from '../../core/run/state.js';
import { StageTimes } from './stage-times.js';

const shownNotes = 40;
const preparing: readonly Stage[] = ['resolve', 'download', 'convert'];
const stageAttribute = defineSearchAttributeKey(searchAttributeNames.stage, 'KEYWORD');

/**
 * The visible state of a run: its progress, the details in the Temporal UI, the stage as a search attribute.
 */
export class RunView {
  readonly times = new StageTimes();
  readonly #hasSearchAttributes: boolean;
  #state: RunState;

  constructor({ recipe, searchAttributes }: Stage1Input) {
    this.#hasSearchAttributes = searchAttributes;
    this.#state = {
      name: recipe.name,
      stage: 'resolve',
      sources: recipe.sources.map(({ name }) => ({ name, status: 'waiting', notes: [] })),
      composition: null,
      tokens: null,
      server: null,
      developmentServer: false,
      train: null,
      cost: null,
      waitingFor: [],
      notes: [],
    };
    this.show({});
  }

  get skippedSources(): readonly string[] {
    return this.#state.sources.filter(({ status }) => status === 'skipped').map(({ name }) => name);
  }

  get state(): RunState {
    return this.#state;
  }

  show(change: Partial<RunState>): void {
    this.#state = { ...this.#state, ...change };
    setCurrentDetails(runDetails(this.#state));
  }

  note(text: string): void {
    const { notes } = this.#state;
    if (!notes.includes(text)) this.show({ notes: [...notes, text].slice(-shownNotes) });
  }

  enter(stage: Stage): void {
    const before = this.#state.stage;
    if (before !== stage && before !== 'done') this.times.leave(before);
    this.times.enter(stage);
    if (this.#hasSearchAttributes && (before !== stage || stage === 'resolve'))
      upsertSearchAttributes([{ key: stageAttribute, value: stage }]);
    this.show({ stage });
  }

  finish(): void {
    this.times.leave('report');
    this.show({ stage: 'done' });
  }

  waitFor(waitingFor: readonly Wait[]): void {
    if (waitingFor.length > 0) this.times.enter('waiting for a decision');
    else this.times.leave('waiting for a decision');
    this.show({ waitingFor });
  }

  setTraining(train: TrainState): void {
    this.show({ train });
    for (const note of train.notes) this.note(note);
  }

  setSourceStatus(name: string, status: SourceStatus): void {
    const source = this.#state.sources.find((other) => other.name === name);
    if (source !== undefined) this.#replaceSource({ ...source, status });
  }

  /** While sources are prepared side by side, the run's stage is that of the slowest. */
  setSource(source: SourceState): void {
    this.#replaceSource(source);
    const { sources, stage } = this.#state;
    const slowest = preparing.find((each) => sources.some(({ status }) => status === each));
    if (slowest !== undefined && preparing.some((each) => each === stage)) this.enter(slowest);
  }

  #replaceSource(source: SourceState): void {
    this.show({
      sources: this.#state.sources.map((other) => (other.name === source.name ? source : other)),
    });
  }
}
