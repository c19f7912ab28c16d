import { setHandler } from '@temporalio/workflow';
import { updates } from '../messages.js';
import type { Run } from './run.js';
import { mustHaveMemo, textAt } from './update-input.js';

/** Handles the updates that repair what has parked. */
export function handleRepairs(run: Run): void {
  const mustBeParked = (input: unknown): void =>
    run.waits.mustHave({ kind: 'source', what: textAt(input, 'source', run) });
  setHandler(
    updates.retrySource,
    ({ source }) => {
      run.waits.decide({ kind: 'source', what: source }, 'retry');
      return `${source} is tried again${whenResumed(run)}`;
    },
    { validator: mustBeParked },
  );
  setHandler(
    updates.skipSource,
    ({ source }) => {
      run.waits.decide({ kind: 'source', what: source }, 'skip');
      return `the run continues without ${source}${whenResumed(run)}`;
    },
    { validator: mustBeParked },
  );
  setHandler(
    updates.replaceSource,
    ({ source, memo }) => {
      run.changeSources(
        run.recipe.sources.map((other) => (other.name === source.name ? source : other)),
        memo,
      );
      run.view.note(`${source.name} was replaced: ${source.dataset ?? [source.files].flat().join(', ')}`);
      run.waits.decide({ kind: 'source', what: source.name }, 'retry');
      const revision = source.revision === undefined ? '' : ` at ${source.revision}`;
      return `${source.name} is tried again as ${source.dataset ?? 'local files'}${revision}${whenResumed(run)}`;
    },
    {
      validator: (input) => {
        run.waits.mustHave({ kind: 'source', what: textAt(input.source, 'name', run) });
        mustHaveMemo(input, 'replace-source');
      },
    },
  );
  setHandler(
    updates.retryStage,
    ({ stage }) => {
      run.waits.decide({ kind: 'stage', what: stage }, 'retry');
      return `${stage} is tried again${whenResumed(run)}`;
    },
    { validator: (input) => run.waits.mustHave({ kind: 'stage', what: textAt(input, 'stage', run) }) },
  );
}

/** A pause holds back what a decision begins. */
export function whenResumed(run: Run): string {
  return run.gate.isClosed ? ' when the run is resumed' : '';
}
