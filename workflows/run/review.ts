import { setHandler } from '@temporalio/workflow';
import type { Source } from '../../core/recipe.js';
import type { Cap } from '../../core/run/changes.js';
import { updates } from '../messages.js';
import { whenResumed } from './repairs.js';
import type { Run } from './run.js';
import { fieldOf, mustBeCaps, mustHaveMemo, noteIn } from './update-input.js';

const review = { kind: 'review', what: 'review' } as const;
const mix = { kind: 'stage', what: 'mix' } as const;

/** Handles the updates of the review: the decisions on the mix. */
export function handleReview(run: Run): void {
  const validator = (input: unknown): void => {
    run.waits.mustHave(review);
    noteIn(input);
  };
  setHandler(
    updates.approve,
    (input) => {
      const note = noteIn(input);
      if (note !== '') run.view.note(`approved: ${note}`);
      run.waits.decide(review, 'approve');
      return `approved; the run continues${whenResumed(run)}`;
    },
    { validator },
  );
  setHandler(
    updates.reject,
    (input) => {
      run.waits.decide(review, { rejected: noteIn(input) });
      return 'rejected; the run ends';
    },
    { validator },
  );
  setHandler(
    updates.changeCaps,
    (input) => {
      const { caps, memo } = input;
      const note = noteIn(input);
      run.changeSources(
        run.recipe.sources.map((source) => withCap(source, caps[source.name])),
        memo,
      );
      if (note !== '') run.view.note(`changed: ${note}`);
      if (run.waits.has(review)) run.waits.decide(review, 'remix');
      else run.waits.decide(mix, 'retry');
      return `the mix is made again with other caps for ${Object.keys(caps).join(', ')}${whenResumed(run)}`;
    },
    {
      validator: (input) => {
        if (!run.waits.has(mix)) run.waits.mustHave(review);
        noteIn(input);
        mustBeCaps(fieldOf(input, 'caps'), run);
        mustHaveMemo(input, 'change-caps');
      },
    },
  );
}

function withCap(source: Source, cap: Cap | undefined): Source {
  if (cap === undefined) return source;
  const { rows: _rows, share: _share, ...uncapped } = source;
  return { ...uncapped, ...cap };
}
