import { Client, Connection } from '@temporalio/client';
import { HeadraceError, messageOf } from '../../core/errors.js';
import type { Env } from '../../core/env.js';
import { temporalTarget } from '../../worker/connection.js';
import { retriesUntilClosed } from './retries-until-closed.js';
import type { TemporalTarget } from '../../worker/connection.js';

export interface TemporalClient {
  readonly client: Client;
  readonly connection: Connection;
  readonly target: TemporalTarget;
  close(): Promise<void>;
}

/** @throws {HeadraceError} TemporalUnavailableError with the address and where it came from. */
export async function connectTemporal(env: Env = process.env): Promise<TemporalClient> {
  const target = await temporalTarget(env);
  let connection: Connection;
  let isClosed = false;
  try {
    connection = await Connection.connect({
      ...target.connectionOptions,
      connectTimeout: '10 seconds',
      interceptors: retriesUntilClosed(() => isClosed),
    });
    await connection.workflowService.describeNamespace({ namespace: target.namespace });
  } catch (error) {
    throw new HeadraceError(
      'TemporalUnavailableError',
      `No Temporal server answers at ${target.address}, namespace "${target.namespace}": ${messageOf(error)}`,
      { cause: error },
    );
  }
  const client = new Client({ connection, namespace: target.namespace });
  const close = async (): Promise<void> => {
    isClosed = true;
    await connection.close();
  };
  return { client, connection, target, close };
}
