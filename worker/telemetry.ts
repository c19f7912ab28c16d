import { DefaultLogger, Runtime } from '@temporalio/worker';
import { HeadraceError, messageOf } from '../core/errors.js';
import { counterName, counters } from '../core/run/meter.js';
import type { Count, Counter } from '../core/run/meter.js';

/** The SDK's warning at workers of activities alone, as all are here but those of one role. */
const activitiesAlone = 'No workflows registered, not polling for workflow tasks';

/** Warnings and errors of the SDK. */
class WorkerLogger extends DefaultLogger {
  constructor() {
    super('WARN');
  }

  override warn(...[message, meta]: Parameters<DefaultLogger['warn']>): void {
    if (message !== activitiesAlone) super.warn(message, meta);
  }
}

/**
 * Installs the SDK's runtime of this process, once.
 *
 * @param metricsAddress - `127.0.0.1:9464`, where Prometheus finds the metrics of the SDK and of Headrace
 *   under `/metrics`. Without it nothing is exported.
 * @returns what counts into these metrics.
 * @throws {HeadraceError} UsageError where nothing can listen there.
 */
export function installTelemetry(metricsAddress: string | undefined): Count {
  try {
    Runtime.install({
      logger: new WorkerLogger(),
      ...(metricsAddress === undefined ? {} : { telemetryOptions: { metrics: exported(metricsAddress) } }),
    });
  } catch (error) {
    if (metricsAddress === undefined) throw error;
    throw new HeadraceError(
      'UsageError',
      `Metrics cannot be served at ${metricsAddress}: ${messageOf(error)}`,
      {
        remedy: 'Give an address of this machine and a free port, for instance 127.0.0.1:9464.',
        cause: error,
      },
    );
  }
  const meter = Runtime.instance().metricMeter;
  const made = new Map<Counter, ReturnType<typeof meter.createCounter>>();
  return ({ counter, value, labels = {} }) => {
    const found = made.get(counter) ?? meter.createCounter(counterName(counter), '', counters[counter]);
    made.set(counter, found);
    found.add(value, { ...labels });
  };
}

function exported(bindAddress: string) {
  return {
    prometheus: { bindAddress, countersTotalSuffix: true, unitSuffix: true, useSecondsForDurations: true },
  };
}
