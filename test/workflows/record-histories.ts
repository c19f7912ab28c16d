import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { tmpdir } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { ApplicationFailure, CancelledFailure, Context } from '@temporalio/activity';
import { Client, Connection } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { NativeConnection, Worker } from '@temporalio/worker';
import type { Stage1Handle } from '../../client/runs/find-run.js';
import { startTemporal } from '../../dev/temporal/server.js';
import { bundlePath } from '../../worker/bundle.js';
import { queries, updates } from '../../workflows/messages.js';
import type { stage1 } from '../../workflows/stage1.js';
import { fakeActivities, recipeOf, recordOf, ref, trainYaml } from './fake-activities.js';
import type { Fake } from './fake-activities.js';

/**
 * Records the histories that `replay.test.ts` replays, one for each state that a run can be in:
 * `npm run build && node dist/test/workflows/record-histories.js [NAME …]`.
 *
 * Existing files are what runs in the field look like: a change of the workflows must keep them replaying. Record only
 * scenarios that are new, or all of them when a change is known to end the runs that are under way.
 */
interface Scenario {
  readonly sources: readonly string[];
  readonly yaml: string;
  readonly fake: () => Fake;
  readonly steer?: (handle: Stage1Handle, fake: Fake) => Promise<void>;
  /** Workflow ids to keep, relative to the run's. */
  readonly keep: readonly string[];
}

async function untilWaiting(handle: Stage1Handle): Promise<void> {
  for (;;) {
    const state = await handle.query(queries.progress);
    if (state.waitingFor.length > 0) return;
    await sleep(100);
  }
}

function failingSource(): Fake {
  const fake = fakeActivities();
  const { activities } = fakeActivities();
  let tries = 0;
  fake.activities.resolveSource = async (input) => {
    tries += input.source.name === 'b' ? 1 : 0;
    if (input.source.name === 'b' && tries === 1)
      throw ApplicationFailure.create({
        message: 'gated',
        type: 'GatedDatasetError',
        nonRetryable: true,
        details: [{ remedy: 'Accept.' }],
      });
    return await activities.resolveSource(input);
  };
  return fake;
}

function failingCheck(): Fake {
  const fake = fakeActivities();
  let tries = 0;
  fake.activities.checkTraining = async () => {
    tries += 1;
    if (tries === 1)
      throw ApplicationFailure.create({ message: 'no key', type: 'TinkerAuthError', nonRetryable: true });
    return { server: 'http://127.0.0.1:1', developmentServer: true };
  };
  return fake;
}

function slowSegments(): Fake {
  const fake = fakeActivities();
  fake.activities.trainSegment = async ({ from }) => {
    fake.calls.push('training');
    const beat = setInterval(() => Context.current().heartbeat(), 200);
    await Context.current().cancelled.catch((error: unknown) => {
      if (!(error instanceof CancelledFailure)) throw error;
    });
    clearInterval(beat);
    return { ...recordOf(from + 1, 6), metrics: ref('metrics', 'm') };
  };
  return fake;
}

/** As {@link slowSegments}, for the first segment only. */
function slowFirstSegment(): Fake {
  const fake = fakeActivities();
  const quick = { ...fake.activities };
  const slow = slowSegments();
  fake.activities.trainSegment = async (input) => {
    if (input.from > 0) return await quick.trainSegment(input);
    fake.calls.push('training');
    return await slow.activities.trainSegment(input);
  };
  return fake;
}

/** An earlier run has recorded the steps up to 4. */
function recordedBefore(): Fake {
  const fake = fakeActivities();
  const last = recordOf(4, 6);
  const unmeasured = [recordOf(2, 6), last];
  fake.activities.findRecords = async () => ({
    found: 2,
    steps: 4,
    last,
    firstLoss: 2,
    notes: [],
    unmeasured,
  });
  return fake;
}

function slowDownload(): Fake {
  const fake = fakeActivities();
  const quick = { ...fake.activities };
  let first = true;
  fake.activities.downloadFiles = async (input) => {
    if (!first) return await quick.downloadFiles(input);
    first = false;
    fake.calls.push('downloading');
    const beat = setInterval(() => Context.current().heartbeat(), 200);
    try {
      await Context.current().cancelled;
    } finally {
      clearInterval(beat);
    }
    throw new Error('was not cancelled');
  };
  return fake;
}

const scenarios: Record<string, Scenario> = {
  'trains-to-the-end': {
    sources: ['a', 'b'],
    yaml: trainYaml,
    fake: fakeActivities,
    keep: ['', '/source/a', '/train'],
  },
  'evaluates-beside': { sources: ['a'], yaml: trainYaml, fake: fakeActivities, keep: ['/train'] },
  'goes-on-from-a-record': { sources: ['a'], yaml: trainYaml, fake: recordedBefore, keep: ['/train'] },
  // The recorded one is of a version that mixed in buckets.
  'data-only': { sources: ['a'], yaml: '', fake: fakeActivities, keep: [''] },
  'mix-in-one-go': { sources: ['a', 'b'], yaml: '', fake: fakeActivities, keep: [''] },
  'source-retried': {
    sources: ['a', 'b'],
    yaml: '',
    fake: failingSource,
    steer: async (handle) => {
      await untilWaiting(handle);
      await handle.executeUpdate(updates.retrySource, { args: [{ source: 'b' }] });
    },
    keep: [''],
  },
  'source-skipped': {
    sources: ['a', 'b'],
    yaml: '',
    fake: failingSource,
    steer: async (handle) => {
      await untilWaiting(handle);
      await handle.executeUpdate(updates.skipSource, { args: [{ source: 'b' }] });
    },
    keep: [''],
  },
  'training-check-retried': {
    sources: ['a'],
    yaml: trainYaml,
    fake: failingCheck,
    steer: async (handle) => {
      await untilWaiting(handle);
      await handle.executeUpdate(updates.retryStage, { args: [{ stage: 'train' }] });
    },
    keep: [''],
  },
  'review-approved': {
    sources: ['a'],
    yaml: `review: true\n${trainYaml}`,
    fake: fakeActivities,
    steer: async (handle) => {
      await untilWaiting(handle);
      await handle.executeUpdate(updates.approve, { args: [{ note: 'fine' }] });
    },
    keep: [''],
  },
  'review-rejected': {
    sources: ['a'],
    yaml: 'review: true',
    fake: fakeActivities,
    steer: async (handle) => {
      await untilWaiting(handle);
      await handle.executeUpdate(updates.reject, { args: [{ note: 'no' }] });
    },
    keep: [''],
  },
  'cancelled-in-training': {
    sources: ['a'],
    yaml: trainYaml,
    fake: slowSegments,
    steer: async (handle, fake) => {
      while (!fake.calls.includes('training')) await sleep(100);
      await handle.cancel();
    },
    keep: ['', '/train'],
  },
  'paused-in-training': {
    sources: ['a'],
    yaml: trainYaml,
    fake: slowFirstSegment,
    steer: async (handle, fake) => {
      while (!fake.calls.includes('training')) await sleep(100);
      await handle.executeUpdate(updates.pause);
      await handle.executeUpdate(updates.resume);
    },
    keep: ['', '/train'],
  },
  'saved-in-training': {
    sources: ['a'],
    yaml: trainYaml,
    fake: slowFirstSegment,
    steer: async (handle, fake) => {
      while (!fake.calls.includes('training')) await sleep(100);
      await handle.executeUpdate(updates.saveCheckpoint);
    },
    keep: ['', '/train'],
  },
  'paused-in-download': {
    sources: ['a'],
    yaml: '',
    fake: slowDownload,
    steer: async (handle, fake) => {
      while (!fake.calls.includes('downloading')) await sleep(100);
      await handle.executeUpdate(updates.pause);
      await sleep(1_000);
      await handle.executeUpdate(updates.resume);
    },
    keep: ['', '/source/a'],
  },
  'source-replaced': {
    sources: ['a', 'b'],
    yaml: '',
    fake: failingSource,
    steer: async (handle) => {
      await untilWaiting(handle);
      const source = { name: 'b', dataset: 'owner/b', revision: 'v2', repeat: 1, max_reject_fraction: 0.01 };
      const memo = { recipeHash: 'changed', recipe: '{}' };
      await handle.executeUpdate(updates.replaceSource, { args: [{ source, memo }] });
    },
    keep: [''],
  },
  'review-with-other-caps': {
    sources: ['a'],
    yaml: 'review: true',
    fake: fakeActivities,
    steer: async (handle) => {
      await untilWaiting(handle);
      const memo = { recipeHash: 'changed', recipe: '{}' };
      await handle.executeUpdate(updates.changeCaps, {
        args: [{ caps: { a: { rows: 5 } }, note: 'less', memo }],
      });
      await sleep(2_000);
      await untilWaiting(handle);
      await handle.executeUpdate(updates.approve, { args: [{ note: '' }] });
    },
    keep: [''],
  },
  'training-continues-as-new': {
    sources: ['a'],
    yaml: trainYaml,
    fake: () => fakeActivities({ totalSteps: 220 }),
    keep: ['/train'],
  },
};

const folder = fileURLToPath(new URL('../../../test/histories/', import.meta.url));
/** Histories carry it; it must not name a machine. */
const identity = 'headrace-recorder';
const wanted = process.argv.slice(2);
await mkdir(folder, { recursive: true });
const server = await startTemporal({
  stateDir: join(tmpdir(), `headrace-histories-${process.pid}`),
  say: (line) => process.stderr.write(`${line}\n`),
});
const connection = await Connection.connect({ address: server.address });
const native = await NativeConnection.connect({ address: server.address });
try {
  const client = new Client({ connection, identity });
  for (const [name, scenario] of Object.entries(scenarios)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    const fake = scenario.fake();
    const worker = await Worker.create({
      connection: native,
      taskQueue: name,
      identity,
      workflowBundle: { codePath: bundlePath },
      activities: fake.activities,
      maxHeartbeatThrottleInterval: '500 ms',
    });
    await worker.runUntil(async () => {
      const handle = await client.workflow.start<typeof stage1>('stage1', {
        workflowId: `headrace/${name}`,
        taskQueue: name,
        args: [{ recipe: recipeOf(name, scenario.sources, scenario.yaml), searchAttributes: true }],
      });
      await scenario.steer?.(handle, fake);
      await handle
        .result()
        .catch((error: unknown) => process.stderr.write(`${name} ended: ${String(error)}\n`));
      for (const suffix of scenario.keep) {
        const history = await client.workflow.getHandle(handle.workflowId + suffix).fetchHistory();
        const file = join(folder, `${name}${suffix.replaceAll('/', '-')}.json`);
        const recorded = {
          workflowId: handle.workflowId + suffix,
          history: JSON.parse(historyToJSON(history)) as unknown,
        };
        // Stacks of failures name folders of the machine that recorded them; a replay does not look at them.
        const withoutStacks = (key: string, value: unknown): unknown => (key === 'stackTrace' ? '' : value);
        await writeFile(file, `${JSON.stringify(recorded, withoutStacks, 1)}\n`);
        process.stdout.write(`${file}\n`);
      }
    });
  }
} finally {
  await connection.close();
  await native.close();
  await server.close();
}
