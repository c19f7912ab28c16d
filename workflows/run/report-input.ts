import { workflowInfo } from '@temporalio/workflow';
import type { RunStanding, WriteReportInput } from '../../core/contracts/report.js';
import type { PreparedSource, Stage1Input } from '../../core/run/run.js';
import type { RunView } from './view.js';

type SourceInReport = WriteReportInput['sources'][number];

/** Collects what the report shows. A report can be written at any time, from what there is so far. */
export class ReportInput {
  readonly #view: RunView;
  readonly #sources = new Map<string, SourceInReport>();
  #results: Pick<WriteReportInput, 'mix' | 'tokens' | 'training'> = {
    mix: null,
    tokens: null,
    training: null,
  };
  #status: RunStanding['status'] = 'running';

  constructor(view: RunView) {
    this.#view = view;
  }

  addSource(name: string, { resolution, summary }: PreparedSource): void {
    this.#sources.set(name, { resolution, summary });
  }

  add(results: Partial<Pick<WriteReportInput, 'mix' | 'tokens' | 'training'>>): void {
    this.#results = { ...this.#results, ...results };
  }

  end(status: RunStanding['status']): void {
    this.#status = status;
  }

  /** Whether every source is ready or skipped, and one is ready. */
  get hasAllSources(): boolean {
    const { state, skippedSources } = this.#view;
    const isHere = (name: string): boolean => this.#sources.has(name) || skippedSources.includes(name);
    return this.#sources.size > 0 && state.sources.every(({ name }) => isHere(name));
  }

  get training(): WriteReportInput['training'] {
    return this.#results.training;
  }

  /** The report of the run as it stands now. Its sources are in the order of the recipe. */
  now(recipe: Stage1Input['recipe']): WriteReportInput {
    const { workflowId, runId } = workflowInfo();
    return {
      recipe,
      out: recipe.out,
      sources: recipe.sources.flatMap(({ name }) => this.#sources.get(name) ?? []),
      ...this.#results,
      used: this.#view.state.train?.usage ?? null,
      workflowId,
      runId,
      standing: this.#standing(),
    };
  }

  #standing(): RunStanding {
    const { stage, waitingFor, notes } = this.#view.state;
    return {
      at: Date.now(),
      status: this.#status,
      stage,
      waitingFor: waitingFor.map(({ what, type, message, remedy }) => ({ what, type, message, remedy })),
      skippedSources: this.#view.skippedSources,
      notes,
      times: this.#view.times.list(),
    };
  }
}
