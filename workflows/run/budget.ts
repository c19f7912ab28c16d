import { setHandler } from '@temporalio/workflow';
import { budgetText } from '../../core/cost/cost-text.js';
import type { ErrorType } from '../../core/errors.js';
import { updates } from '../messages.js';
import { whenResumed } from './repairs.js';
import type { Run } from './run.js';
import { fieldOf, mustBeBudget, mustHaveMemo, noteIn } from './update-input.js';

/** Handles the update that limits what the training may use. */
export function handleBudget(run: Run): void {
  setHandler(
    updates.changeBudget,
    async (input) => {
      const { budget, memo } = input;
      const note = noteIn(input);
      const text = budget === null ? 'no budget' : `a budget of ${budgetText(budget)}`;
      run.changeBudget(budget, memo);
      run.view.note(`the training has ${text}${note === '' ? '' : `: ${note}`}`);
      if (waitsAtBudget(run)) {
        run.waits.decide({ kind: 'stage', what: 'train' }, 'retry');
        return `the training continues with ${text}${whenResumed(run)}`;
      }
      if (!run.children.has(run.trainWorkflowId)) return `the training will have ${text}`;
      await run.children.signalAll('changeBudget', budget);
      return `the training has ${text} from its next segment on`;
    },
    {
      validator: (input) => {
        if (run.recipe.train === undefined) throw new Error('the recipe has no training');
        noteIn(input);
        mustBeBudget(fieldOf(input, 'budget'), run);
        mustHaveMemo(input, 'change-budget');
      },
    },
  );
}

function waitsAtBudget(run: Run): boolean {
  const reached = 'BudgetReachedError' satisfies ErrorType;
  return run.view.state.waitingFor.some(
    ({ kind, what, type }) => kind === 'stage' && what === 'train' && type === reached,
  );
}
