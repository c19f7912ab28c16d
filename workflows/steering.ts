import { condition, setHandler } from '@temporalio/workflow';
import type { Source } from '../core/recipe.js';
import type { Cap, RecipeMemo } from '../core/run/changes.js';
import type { RunState } from '../core/run/state.js';
import type { Stage1Input } from '../core/run/run.js';
import type { Children } from './pause/children.js';
import type { Gate } from './pause/gate.js';
import { childSignals, updates } from './messages.js';
import type { Waits } from './run/waits.js';

/** Characters; the note is kept in the history, whose payloads stay small. */
const longestNote = 4_000;
/** How long the answer to a pause or a save waits for the training to have saved. */
const saveTimeout = '5 minutes';

/** What of a run its updates touch. */
export interface Steered {
  /** As the input has it, with what was changed while the run waited. */
  readonly recipe: Stage1Input['recipe'];
  readonly state: RunState;
  readonly gate: Gate;
  readonly children: Children;
  readonly waits: Waits;
  readonly trainerId: string;
  rejectNote: string;
  note(text: string): void;
  amend(sources: Stage1Input['recipe']['sources'], memo: RecipeMemo): void;
}

/**
 * Text at `key` of what an update was sent. Updates come from the commands, but also from the UI and other clients, by hand.
 *
 * @throws {Error} which refuses the update and says what it takes.
 */
function textAt(input: unknown, key: string, run: Steered): string {
  const value = fieldOf(input, key);
  if (typeof value === 'string' && value !== '') return value;
  throw new Error(`expected {"${key}": "…"}, found ${shown(input)}; ${run.waits.told()}`);
}

/** The note of an update; it may be left out. @throws {Error} which refuses the update. */
function noteIn(input: unknown): string {
  const note = fieldOf(input, 'note') ?? '';
  if (typeof note !== 'string') throw new Error(`expected {"note": "…"}, found ${shown(input)}`);
  if (note.length > longestNote) throw new Error(`a note has at most ${longestNote} characters`);
  return note;
}

function fieldOf(input: unknown, key: string): unknown {
  return typeof input === 'object' && input !== null ? (input as Record<string, unknown>)[key] : undefined;
}

function shown(input: unknown): string {
  return (JSON.stringify(input) ?? 'nothing').slice(0, 200);
}

/** What a change of the recipe needs so that `headrace start` knows it again. The commands make it. */
function mustHaveMemo(input: unknown, command: string): void {
  const memo = fieldOf(input, 'memo');
  if (typeof fieldOf(memo, 'recipe') !== 'string' || typeof fieldOf(memo, 'recipeHash') !== 'string')
    throw new Error(`expected a memo of the changed recipe; use \`npx headrace ${command}\`, which makes it`);
}

/** A pause holds back what a decision begins. */
function whenResumed(run: Steered): string {
  return run.gate.paused ? ' when the run is resumed' : '';
}

/** A person repairs what has parked. */
export function takeRepairs(run: Steered): void {
  const mustBeParked = (input: unknown): void => run.waits.mustBeFor('source', textAt(input, 'source', run));
  setHandler(
    updates.retrySource,
    ({ source }) => {
      run.waits.decide('source', source, 'retry');
      return `${source} is tried again${whenResumed(run)}`;
    },
    { validator: mustBeParked },
  );
  setHandler(
    updates.skipSource,
    ({ source }) => {
      run.waits.decide('source', source, 'skip');
      return `the run goes on without ${source}${whenResumed(run)}`;
    },
    { validator: mustBeParked },
  );
  setHandler(
    updates.replaceSource,
    ({ source, memo }) => {
      run.amend(
        run.recipe.sources.map((other) => (other.name === source.name ? source : other)),
        memo,
      );
      const origin = source.dataset ?? [source.files].flat().join(', ');
      run.note(`${source.name} was replaced: ${origin}`);
      run.waits.decide('source', source.name, 'retry');
      return `${source.name} is tried again as ${source.dataset ?? 'local files'}${source.revision === undefined ? '' : ` at ${source.revision}`}${whenResumed(run)}`;
    },
    {
      validator: (input) => {
        run.waits.mustBeFor('source', textAt(input.source, 'name', run));
        mustHaveMemo(input, 'replace-source');
      },
    },
  );
  setHandler(
    updates.retryStage,
    ({ stage }) => {
      run.waits.decide('stage', stage, 'retry');
      return `${stage} is tried again${whenResumed(run)}`;
    },
    { validator: (input) => run.waits.mustBeFor('stage', textAt(input, 'stage', run)) },
  );
}

/** A person has read the mix. */
export function takeReview(run: Steered): void {
  const validator = (input: unknown): void => {
    run.waits.mustBeFor('review', 'review');
    noteIn(input);
  };
  setHandler(
    updates.approve,
    (input) => {
      const note = noteIn(input);
      if (note !== '') run.note(`approved: ${note}`);
      run.waits.decide('review', 'review', 'approve');
      return `approved; the run goes on${whenResumed(run)}`;
    },
    { validator },
  );
  setHandler(
    updates.reject,
    (input) => {
      run.rejectNote = noteIn(input);
      run.waits.decide('review', 'review', 'reject');
      return 'rejected; the run ends';
    },
    { validator },
  );
  setHandler(
    updates.changeCaps,
    (input) => {
      const { caps, memo } = input;
      const note = noteIn(input);
      run.amend(
        run.recipe.sources.map((source) => withCap(source, caps[source.name])),
        memo,
      );
      if (note !== '') run.note(`changed: ${note}`);
      if (run.waits.isFor('review', 'review')) run.waits.decide('review', 'review', 'remix');
      else run.waits.decide('stage', 'mix', 'retry');
      return `the mix is made again with other caps for ${Object.keys(caps).join(', ')}${whenResumed(run)}`;
    },
    {
      validator: (input) => {
        if (!run.waits.isFor('stage', 'mix')) run.waits.mustBeFor('review', 'review');
        noteIn(input);
        mustBeCaps(fieldOf(input, 'caps'), run);
        mustHaveMemo(input, 'change-caps');
      },
    },
  );
}

/** @throws {Error} which refuses the update: a name that the recipe does not have, or an amount that is none. */
function mustBeCaps(caps: unknown, run: Steered): void {
  if (typeof caps !== 'object' || caps === null || Object.keys(caps).length === 0)
    throw new Error(`expected {"caps": {"NAME": {"rows": 500}}}, found ${shown(caps)}`);
  for (const [name, cap] of Object.entries(caps)) {
    if (!run.recipe.sources.some((source) => source.name === name))
      throw new Error(`the recipe has no source "${name}"`);
    const [rows, share] = [fieldOf(cap, 'rows'), fieldOf(cap, 'share')];
    const isRows = rows === undefined || (Number.isSafeInteger(rows) && Number(rows) >= 1);
    const isShare = share === undefined || (typeof share === 'number' && share > 0 && share <= 1);
    if (typeof cap !== 'object' || !isRows || !isShare || (rows !== undefined && share !== undefined))
      throw new Error(
        `${name}: expected {"rows": 1 or more}, {"share": above 0, at most 1} or {} for all, found ${shown(cap)}`,
      );
  }
}

/** A person wants the run to stand still, to go on, or to save. */
export function takePauses(run: Steered): void {
  setHandler(updates.pause, async () => {
    if (run.gate.paused) return 'the run is paused already';
    run.gate.pause();
    const { name } = run.recipe;
    run.waits.add({
      what: 'pause',
      kind: 'pause',
      type: 'Paused',
      message: `The run is paused in the stage ${run.state.stage}; nothing new is begun.`,
      remedy: `\`npx headrace resume ${name}\` goes on from there.`,
    });
    await run.children.tell(childSignals.pause);
    const still = (): boolean =>
      !run.gate.paused || !run.children.has(run.trainerId) || run.state.train?.paused === true;
    if (!(await condition(still, saveTimeout))) return 'paused; the training is still saving';
    const newest = run.state.train?.checkpoints.at(-1);
    return newest === undefined ? 'paused' : `paused; the newest checkpoint is ${newest.label}`;
  });
  setHandler(updates.resume, async () => {
    if (!run.gate.paused) return 'the run is not paused';
    run.gate.resume();
    run.waits.remove('pause', 'pause');
    await run.children.tell(childSignals.resume);
    return 'the run goes on';
  });
  setHandler(
    updates.saveCheckpoint,
    async () => {
      const before = run.state.train?.saves ?? 0;
      await run.children.tell(childSignals.saveCheckpoint);
      const saved = (): boolean => !run.children.has(run.trainerId) || (run.state.train?.saves ?? 0) > before;
      if (!(await condition(saved, saveTimeout))) return 'asked to save; the training has not answered yet';
      const newest = run.state.train?.checkpoints.at(-1);
      return newest === undefined
        ? 'nothing was saved: no step has been trained yet'
        : `the newest checkpoint is ${newest.label}, after step ${newest.nextStep}`;
    },
    {
      validator: () => {
        if (!run.children.has(run.trainerId))
          throw new Error(
            `there is nothing to save in the stage ${run.state.stage}; only a training has checkpoints`,
          );
        if (run.gate.paused) throw new Error('the run is paused, and its training saved');
      },
    },
  );
}

function withCap(source: Source, cap: Cap | undefined): Source {
  if (cap === undefined) return source;
  const { rows: _rows, share: _share, ...uncapped } = source;
  return { ...uncapped, ...cap };
}
