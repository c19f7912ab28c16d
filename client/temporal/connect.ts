import { Client, Connection } from '@temporalio/client';
import type { Env } from '../../core/env.js';
import { HeadraceError, messageOf } from '../../core/errors.js';
import { namesTemporal, temporalTarget } from '../../worker/connection.js';
import type { TemporalTarget } from '../../worker/connection.js';
import { commandEnvironment } from '../environment.js';
import { retriesUntilClosed } from './retries-until-closed.js';

/** A connection to Temporal, and the client on it. */
export interface TemporalClient {
  readonly client: Client;
  readonly connection: Connection;
  readonly target: TemporalTarget;
  close(): Promise<void>;
}

/**
 * @throws {HeadraceError} TemporalUnavailableError with the address; what {@link commandEnvironment} throws.
 */
export async function connectTemporal(env: Env = process.env): Promise<TemporalClient> {
  if (namesTemporal(env)) return await connectTo(temporalTarget(env));
  const target = temporalTarget(await commandEnvironment(env));
  try {
    return await connectTo(target);
  } catch (error) {
    // `headrace dev` may have begun since, in another terminal or just before in a script.
    const later = temporalTarget(await commandEnvironment(env));
    if (later.address === target.address) throw error;
    return await connectTo(later);
  }
}

async function connectTo(target: TemporalTarget): Promise<TemporalClient> {
  const { namespace } = target;
  let isClosed = false;
  try {
    const connection = await Connection.connect({
      ...target.connectionOptions,
      connectTimeout: '10 seconds',
      interceptors: retriesUntilClosed(() => isClosed),
    });
    await connection.workflowService.describeNamespace({ namespace });
    return {
      client: new Client({ connection, namespace }),
      connection,
      target,
      close: async () => {
        isClosed = true;
        await connection.close();
      },
    };
  } catch (error) {
    throw new HeadraceError(
      'TemporalUnavailableError',
      `No Temporal server answers at ${target.address}, namespace "${namespace}": ${messageOf(error)}`,
      { cause: error },
    );
  }
}

/**
 * Does `work` with a connection to Temporal, which it closes. @throws {HeadraceError}
 * TemporalUnavailableError.
 */
export async function withTemporal<T>(work: (temporal: TemporalClient) => Promise<T>): Promise<T> {
  const temporal = await connectTemporal();
  try {
    return await work(temporal);
  } finally {
    await temporal.close();
  }
}
