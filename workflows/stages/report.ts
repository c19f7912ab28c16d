import { reasonOf } from '../failure.js';
import { despiteCancel } from '../pause/despite-cancel.js';
import type { Run } from '../run/run.js';

/** Writes report.html from what there is so far. */
export async function writeReport({ activities, report, recipe }: Run): Promise<{ readonly path: string }> {
  return await activities.writeReport('write report.html', report.now(recipe));
}

/**
 * Writes how far a cancelled run came, where its data is ready. The children have saved and recorded by then.
 * A report that fails is noted: the run ends as cancelled all the same.
 */
export async function reportCancelled(run: Run): Promise<void> {
  // The cancel may have come during a pause.
  run.gate.reopen();
  run.report.end('cancelled');
  if (!run.report.hasAllSources) return;
  try {
    await despiteCancel(async () => await writeReport(run));
  } catch (error) {
    run.view.note(`The report could not be written: ${reasonOf(error).message}`);
  }
}
