import type { ArtifactStore } from '../artifacts/store.js';
import type { WorkOf } from '../work.js';
import { writeReport } from './write-report.js';

export type ReportActivities = WorkOf<'writeReport'>;

/** The activity that writes a run's report. */
export function createReportActivities({ store }: { readonly store: ArtifactStore }): ReportActivities {
  return { writeReport: (input, work) => writeReport(store, input, work) };
}
