import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { openStore } from '../../activities/artifacts/open-store.js';
import type { PendingActivity } from '../../client/runs/pending-activities.js';
import { postFaults } from '../support/faults.js';
import { bucketEnvironment, startMachine } from '../support/machines.js';
import type { Machine } from '../support/machines.js';
import { outcomeOf } from '../support/outcome.js';
import type { Outcome } from '../support/outcome.js';
import { resultOf, untilPending } from '../support/runs.js';
import { s3Server } from '../support/s3.js';
import type { TestS3 } from '../support/s3.js';
import { useServers } from '../support/servers.js';
import { runOnDisk, start } from '../support/whole-run.js';

/**
 * Runs on two machines. In each stage both are killed by SIGKILL, one after the other, and the S3 server
 * between them; each starts again on its own disk.
 */

const servers = useServers();

const tinkerState = (): string => join(servers().folder, 'tinker');

let first: Promise<Outcome> | undefined;
/** What an undisturbed run on a store in a folder leaves; it runs once. */
async function undisturbed(): Promise<Outcome> {
  const { folder } = servers();
  first ??= runOnDisk(servers()).then(async () =>
    outcomeOf(
      await resultOf(servers(), 'on-disk'),
      await openStore(join(folder, 'store-on-disk')),
      tinkerState(),
    ),
  );
  return await first;
}

interface Stage {
  readonly name: string;
  readonly hit: (activity: PendingActivity) => boolean;
  /** Pattern of objects whose writes wait, so that the stage lasts long enough to be met. */
  readonly slow?: RegExp;
}

const begun =
  (...types: readonly string[]): Stage['hit'] =>
  ({ type, started }) =>
    types.includes(type) && started;

/** A segment that is under way after another one was. */
function secondSegment(): Stage['hit'] {
  let firstId: string | undefined;
  return (activity) => {
    if (!begun('trainSegment')(activity)) return false;
    firstId ??= activity.id;
    return activity.id !== firstId;
  };
}

const slowWriteMs = 3_000;

/** Two machines on a bucket of their own, and how one is killed and starts again. */
class Pair {
  readonly #s3: TestS3;
  readonly #machines: Machine[];
  readonly #folders: readonly string[];

  private constructor(s3: TestS3, folders: readonly string[], machines: Machine[]) {
    this.#s3 = s3;
    this.#folders = folders;
    this.#machines = machines;
  }

  static async start(s3: TestS3, name: string): Promise<Pair> {
    const folders = ['a', 'b'].map((each) => join(servers().folder, `${name}-${each}`));
    const machines = await Promise.all(folders.map((folder) => startMachine(servers(), s3, { folder })));
    return new Pair(s3, folders, machines);
  }

  async kill(index: number): Promise<void> {
    await this.#machines[index]?.worker.kill();
  }

  async startAgain(index: number): Promise<void> {
    this.#machines[index] = await startMachine(servers(), this.#s3, { folder: this.#folders[index] ?? '' });
  }

  async close(): Promise<void> {
    await Promise.all(this.#machines.map(({ worker }) => worker.close()));
  }
}

async function disturbedRun(t: TestContext, name: string, stages: readonly Stage[]): Promise<Outcome> {
  const s3 = await s3Server(t);
  const env = bucketEnvironment(servers(), s3);
  const machines = await Pair.start(s3, name);
  try {
    const slowNext = (index: number): void => {
      const path = stages[index]?.slow;
      if (path !== undefined)
        s3.proxy.fault({ kind: 'delay', ms: slowWriteMs, path, operation: 'PutObject' });
    };
    slowNext(0);
    await start(name, join(servers().folder, name), env);
    for (const [index, stage] of stages.entries()) {
      await untilPending(servers(), name, stage.hit);
      await machines.kill(0);
      await s3.kill();
      s3.proxy.clearFaults();
      slowNext(index + 1);
      // It repeats its first requests until the server is there.
      const again = machines.startAgain(0);
      await s3.restart();
      await again;
      await machines.kill(1);
      await machines.startAgain(1);
      t.diagnostic(`${name}: killed in ${stage.name}`);
    }
    return await outcomeOf(
      await resultOf(servers(), name),
      await openStore(s3.place, { env }),
      tinkerState(),
    );
  } finally {
    await machines.close();
  }
}

void test('two machines and the S3 server that are killed in every stage leave the bytes and steps of one disk', async (t) => {
  const before = await undisturbed();
  // Segments and evaluations that last for seconds.
  await postFaults(servers().tinkerUrl(), { path: '/optim_step', delayMs: 500, times: 30 });
  await postFaults(servers().tinkerUrl(), { path: '/asample', delayMs: 2_000, times: 20 });
  // Two runs at a time: most of it is waiting until the server misses those that were killed.
  const [one, other] = await Promise.all([
    disturbedRun(t, 'killed-one', [
      { name: 'download', hit: begun('downloadFiles'), slow: /\/blobs\// },
      { name: 'mix', hit: begun('countPartitions', 'writePartitions', 'finishMix'), slow: /\/mix/ },
      { name: 'train', hit: secondSegment() },
    ]),
    disturbedRun(t, 'killed-other', [
      { name: 'convert', hit: begun('convertPieces'), slow: /\/piece\// },
      { name: 'tokenise', hit: begun('tokenisePieces'), slow: /\/token-piece\// },
      { name: 'evaluate', hit: begun('evaluate') },
    ]),
  ]);
  assert.deepEqual(one, before);
  assert.deepEqual(other, before);
});
