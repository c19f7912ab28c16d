import { connectTemporal } from '../temporal/connect.js';
import type { TemporalClient } from '../temporal/connect.js';

/** Does `work` with a connection to Temporal, which it closes. @throws {HeadraceError} TemporalUnavailableError. */
export async function connected<T>(work: (temporal: TemporalClient) => Promise<T>): Promise<T> {
  const temporal = await connectTemporal();
  try {
    return await work(temporal);
  } finally {
    await temporal.close();
  }
}

/** Data goes to stdout. */
export function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Talk goes to stderr. */
export function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
