import { ApplicationFailure, startChild, workflowInfo } from '@temporalio/workflow';
import { defined } from '../../core/defined.js';
import type { PreparedSource } from '../../core/run/run.js';
import { sourceWorkflowIdOf } from '../../core/run/workflow-ids.js';
import { isOwnCancel, reasonOf } from '../failure.js';
import { parallel } from '../parallel.js';
import { childOptions } from '../pause/children.js';
import { originOf, prepareSource } from '../prepare-source.js';
import type { Run } from '../run/run.js';

/** A source that is ready for the mix, by its name in the recipe. */
export type ReadySource = PreparedSource & { readonly name: string };

/**
 * Prepares all sources side by side, each in a child of its own. Skipped ones are left out.
 *
 * @throws {ApplicationFailure} MixError where none is left.
 */
export async function prepareSources(run: Run): Promise<readonly ReadySource[]> {
  run.view.enter('resolve');
  const names = run.recipe.sources.map(({ name }) => name);
  const prepared = await parallel(names, async (name) => await untilReady(run, name));
  const ready = prepared.filter((source) => source !== null);
  if (ready.length === 0) throw ApplicationFailure.nonRetryable('Every source was skipped', 'MixError');
  return ready;
}

/** A source that fails parks while the others continue; `null` where it was skipped. */
async function untilReady(run: Run, name: string): Promise<ReadySource | null> {
  for (;;) {
    try {
      const prepared = await prepareInChild(run, name);
      run.report.addSource(name, prepared);
      return { name, ...prepared };
    } catch (error) {
      if (isOwnCancel(error)) throw error;
      run.view.setSourceStatus(name, 'parked');
      const decision = await run.waits.park({ kind: 'source', what: name, ...reasonOf(error) });
      run.view.setSourceStatus(name, decision === 'skip' ? 'skipped' : 'waiting');
      if (decision === 'skip') return null;
    }
  }
}

/**
 * The definition of the source is read at each attempt, because it may be replaced while the source is
 * parked.
 */
async function prepareInChild({ recipe, input, children }: Run, name: string): Promise<PreparedSource> {
  const source = recipe.sources.find((each) => each.name === name);
  if (source === undefined) throw new Error(`The recipe has no source ${name}`);
  const { out, seed } = recipe;
  const workflowId = sourceWorkflowIdOf(workflowInfo().workflowId, name);
  return await children.execute(
    workflowId,
    async () =>
      await startChild(prepareSource, {
        workflowId,
        args: [defined({ source, out, seed, updateLock: input.updateLock })],
        staticSummary: `prepare ${name} (${originOf(source)})`,
        ...childOptions,
      }),
  );
}
