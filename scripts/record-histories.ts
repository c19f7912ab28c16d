import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { tmpdir } from 'node:os';
import { ApplicationFailure } from '@temporalio/activity';
import { Client, Connection } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { NativeConnection } from '@temporalio/worker';
import type { Stage1Handle } from '../client/runs/find-run.js';
import { startTemporal } from '../dev/temporal/server.js';
import { updates } from '../workflows/messages.js';
import type { stage1 } from '../workflows/stage1.js';
import {
  fakeActivities,
  losesCheckpoint,
  noRecords,
  recordsWhatItTrained,
  recipeOf,
  recordOf,
  ref,
  trainYaml,
} from '../test/workflows/fake-activities.js';
import type { Fake } from '../test/workflows/fake-activities.js';
import {
  slowFirstSegment,
  untilAskedToSave,
  untilCalled,
  untilCancelled,
  untilIdle,
  untilWaiting,
} from '../test/workflows/runs.js';
import { withWorker } from '../test/support/temporal.js';
import { sourceWorkflowIdOf } from '../core/run/workflow-ids.js';

/**
 * Records the histories that `test/workflows/replay.test.ts` replays, one for each state that a run can be
 * in: `npm run build && node dist/scripts/record-histories.js [NAME …]`.
 *
 * Once there is a release, the files are what runs in the field look like, and a change of the workflows must
 * keep them replaying: then record only scenarios that are new. Until then record all of them after each
 * change.
 */
interface Scenario {
  readonly sources: readonly string[];
  readonly yaml: string;
  readonly fake: () => Fake;
  readonly steer?: (handle: Stage1Handle, fake: Fake, client: Client) => Promise<void>;
  /** Workflow ids to keep, relative to the run's. */
  readonly keep: readonly string[];
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

/** Every segment trains one step and then waits until a save is requested. */
function slowSegments(): Fake {
  const fake = fakeActivities();
  fake.activities.trainSegment = async ({ from, to }) => {
    fake.calls.push(`trainSegment ${from}-${to}`);
    await untilAskedToSave();
    return { ...recordOf(from + 1, 6), metrics: ref('metrics', 'm') };
  };
  return fake;
}

/** An earlier run has recorded the steps up to 4. */
function recordedBefore(): Fake {
  const fake = fakeActivities();
  const last = recordOf(4, 6);
  const unmeasured = [recordOf(2, 6), last];
  fake.activities.findRecords = async () => ({
    ...noRecords,
    found: 2,
    steps: 4,
    last,
    firstLoss: 2,
    unmeasured,
  });
  return fake;
}

/** The worker ends in the first attempt, and the Hub does not answer the second. */
function failingQuestion(): Fake {
  const fake = fakeActivities();
  const quick = { ...fake.activities };
  const types = ['WorkerLostError', 'HubUnavailableError'];
  fake.activities.resolveSource = async (input) => {
    const type = types.shift();
    if (type === undefined) return await quick.resolveSource(input);
    throw ApplicationFailure.create({ message: 'failed', type });
  };
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
    await untilCancelled();
    throw new Error('was not cancelled');
  };
  return fake;
}

/** The worker that holds the client of the first segment has ended. */
function liveWorkerEnded(): Fake {
  const fake = fakeActivities({ totalSteps: 4 });
  const quick = { ...fake.activities };
  fake.activities.trainSegment = async (input) => {
    const result = await quick.trainSegment(input);
    return input.from === 0 ? { ...result, liveOn: 'a-worker-that-has-ended' } : result;
  };
  return fake;
}

/** One of four downloads of `a` fails for good, while the others are under way. */
function failingDownload(): Fake {
  const fake = fakeActivities({ downloads: 4 });
  const quick = { ...fake.activities };
  fake.activities.downloadFiles = async (input) => {
    if (input.resolution.key !== ref('resolution', 'a').key) return await quick.downloadFiles(input);
    if (input.from === 2)
      throw ApplicationFailure.create({ message: 'gone', type: 'HubFileNotFoundError', nonRetryable: true });
    await untilCancelled();
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
      await untilCalled(fake, 'trainSegment 0-2');
      await handle.cancel();
    },
    keep: ['', '/train'],
  },
  'paused-in-training': {
    sources: ['a'],
    yaml: trainYaml,
    fake: slowFirstSegment,
    steer: async (handle, fake) => {
      await untilCalled(fake, 'trainSegment 0-2');
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
      await untilCalled(fake, 'trainSegment 0-2');
      await handle.executeUpdate(updates.saveCheckpoint);
    },
    keep: ['', '/train'],
  },
  'paused-in-download': {
    sources: ['a'],
    yaml: '',
    fake: slowDownload,
    steer: async (handle, fake, client) => {
      await untilCalled(fake, 'downloading');
      await handle.executeUpdate(updates.pause);
      await untilIdle(client, sourceWorkflowIdOf(handle.workflowId, 'a'));
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
    steer: async (handle, fake) => {
      await untilWaiting(handle);
      const memo = { recipeHash: 'changed', recipe: '{}' };
      await handle.executeUpdate(updates.changeCaps, {
        args: [{ caps: { a: { rows: 5 } }, note: 'less', memo }],
      });
      await untilCalled(fake, 'finishMix', 2);
      await untilWaiting(handle);
      await handle.executeUpdate(updates.approve, { args: [{ note: '' }] });
    },
    keep: [''],
  },
  'source-cancelled-by-hand': {
    sources: ['a'],
    yaml: '',
    fake: slowDownload,
    steer: async (handle, fake, client) => {
      await untilCalled(fake, 'downloading');
      await client.workflow.getHandle(sourceWorkflowIdOf(handle.workflowId, 'a')).cancel();
      await untilWaiting(handle);
      await handle.executeUpdate(updates.retrySource, { args: [{ source: 'a' }] });
    },
    keep: [''],
  },
  'waits-at-its-budget': {
    sources: ['a'],
    yaml: trainYaml.replace(' }', ', budget: { tokens: 60 } }'),
    fake: () => recordsWhatItTrained(fakeActivities()),
    steer: async (handle) => {
      await untilWaiting(handle);
      const memo = { recipeHash: 'changed', recipe: '{}' };
      await handle.executeUpdate(updates.changeBudget, { args: [{ budget: null, note: 'go on', memo }] });
    },
    keep: ['', '/train'],
  },
  'question-asked-again': { sources: ['a'], yaml: '', fake: failingQuestion, keep: ['/source/a'] },
  'live-worker-has-ended': {
    sources: ['a'],
    yaml: trainYaml,
    fake: liveWorkerEnded,
    keep: ['/train'],
  },
  'download-fails': {
    sources: ['a', 'b'],
    yaml: '',
    fake: failingDownload,
    steer: async (handle) => {
      await untilWaiting(handle);
      await handle.executeUpdate(updates.skipSource, { args: [{ source: 'a' }] });
    },
    keep: ['/source/a'],
  },
  'batches-in-children': {
    sources: ['a'],
    yaml: '',
    fake: () => fakeActivities({ downloads: 510 }),
    keep: ['/source/a', '/source/a/downloadFiles/501-510'],
  },
  'checkpoint-lost': { sources: ['a'], yaml: trainYaml, fake: losesCheckpoint, keep: ['/train'] },
  'training-continues-as-new': {
    sources: ['a'],
    yaml: trainYaml,
    fake: () => fakeActivities({ totalSteps: 220 }),
    keep: ['/train'],
  },
};

const folder = fileURLToPath(new URL('../../test/histories/', import.meta.url));
/** Histories carry it; it must not name a machine. */
const identity = 'headrace-recorder';
const wanted = process.argv.slice(2);
await mkdir(folder, { recursive: true });
const server = await startTemporal({
  stateDir: join(tmpdir(), `headrace-histories-${process.pid}`),
  log: (line) => process.stderr.write(`${line}\n`),
});
const connection = await Connection.connect({ address: server.address });
const native = await NativeConnection.connect({ address: server.address });
try {
  const client = new Client({ connection, identity });
  for (const [name, scenario] of Object.entries(scenarios)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    const fake = scenario.fake();
    const record = async (): Promise<void> => {
      const handle = await client.workflow.start<typeof stage1>('stage1', {
        workflowId: `headrace/${name}`,
        taskQueue: name,
        args: [{ recipe: recipeOf(name, scenario.sources, scenario.yaml), searchAttributes: true }],
      });
      await scenario.steer?.(handle, fake, client);
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
    };
    await withWorker({ native }, name, fake.activities, record, { identity });
  }
} finally {
  await connection.close();
  await native.close();
  await server.close();
}
