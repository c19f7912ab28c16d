import type { WriteReportInput } from '../../core/contracts/report.js';
import { HeadraceError, messageOf } from '../../core/errors.js';
import type { TemporalClient } from '../temporal/connect.js';
import { handleOf, queryRun } from './find-run.js';

const queryTimeoutMs = 15_000;

/**
 * The input of a run's report, by a query that a worker answers, also for a run that has ended.
 *
 * @throws {HeadraceError} NoWorkerError.
 */
export async function reportInput(temporal: TemporalClient, name: string): Promise<WriteReportInput> {
  try {
    return await temporal.connection.withDeadline(
      Date.now() + queryTimeoutMs,
      async () => await queryRun(handleOf(temporal, name), 'report'),
    );
  } catch (error) {
    throw new HeadraceError('NoWorkerError', `No worker answers for the run ${name}: ${messageOf(error)}`, {
      cause: error,
    });
  }
}
