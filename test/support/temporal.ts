import { after, before } from 'node:test';
import type { Client } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import { connectTemporal } from '../../client/temporal/connect.js';
import type { Activities } from '../../core/contracts/activities.js';
import { startTemporal } from '../../dev/temporal/server.js';
import type { TemporalServer } from '../../dev/temporal/server.js';
import { defined } from '../../core/defined.js';
import { queueOfRole, roles } from '../../core/run/roles.js';
import type { Role } from '../../core/run/roles.js';
import { bundlePath } from '../../worker/bundle.js';
import { patience } from '../../worker/role-workers.js';
import { temporaryFolder } from './folder.js';

export interface TestTemporal {
  readonly server: TemporalServer;
  readonly client: Client;
  readonly native: NativeConnection;
  /** Closes the client's connection. */
  close(): Promise<void>;
}

/** A real Temporal server for the tests of a file; the getter is good inside tests. */
export function useTemporal(): () => TestTemporal {
  let started: TestTemporal | undefined;
  before(async () => {
    const server = await startTemporal({
      stateDir: await temporaryFolder(),
      log: (line) => process.stderr.write(`${line}\n`),
    });
    const connected = await connectTemporal({ TEMPORAL_ADDRESS: server.address });
    started = {
      server,
      client: connected.client,
      close: async () => await connected.close(),
      native: await NativeConnection.connect({ address: server.address }),
    };
  });
  after(async () => {
    await started?.close();
    await started?.native.close();
    await started?.server.close();
  });
  return () => {
    if (started === undefined) throw new Error('the Temporal server has not been started');
    return started;
  };
}

/** Runs `work` while workers with these activities poll for every role. */
export async function withWorker<T>(
  temporal: Pick<TestTemporal, 'native'>,
  taskQueue: string,
  activities: Partial<Activities>,
  work: () => Promise<T>,
  { served = roles, identity }: { readonly served?: readonly Role[]; readonly identity?: string } = {},
): Promise<T> {
  const workers = await Promise.all(
    served.map(
      async (role) =>
        await Worker.create({
          connection: temporal.native,
          taskQueue: queueOfRole(taskQueue, role),
          ...(role === 'main' ? { workflowBundle: { codePath: bundlePath } } : {}),
          activities,
          maxHeartbeatThrottleInterval: '500 ms',
          ...patience,
          ...defined({ identity }),
        }),
    ),
  );
  const done = work();
  await Promise.all(workers.map(async (worker) => await worker.runUntil(done)));
  return await done;
}
