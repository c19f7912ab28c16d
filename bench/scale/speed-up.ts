import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { openS3Store } from '../../activities/artifacts/s3/open-s3-store.js';
import { createHubAccess } from '../../activities/hub/hub-access.js';
import { programPath } from '../../client/command-line/program-path.js';
import { parseRecipe, type ResolvedRecipe } from '../../client/recipe/recipe-file.js';
import { sendLocalParts } from '../../client/runs/send-local-parts.js';
import { startRun } from '../../client/runs/start-run.js';
import { connectTemporal } from '../../client/temporal/connect.js';
import { unattendedWork } from '../../client/local-work.js';
import { startS3 } from '../../dev/s3/server.js';
import { startPart, type Part } from '../../dev/stack/part.js';
import { shippedModelDir } from '../../dev/stack/shipped.js';
import { startTinkerServer } from '../../dev/tinker/server/index.js';
import { taskQueueOf } from '../../worker/connection.js';
import { cpuSecondsOf } from '../processes.js';
import { makeCgroup } from './cgroup.js';

const bucket = 'headrace-bench';

/** What some workers took for one run. */
export interface Speed {
  readonly workers: number;
  /** From the start of the run to its counted tokens. */
  readonly seconds: number;
  /** CPU seconds of each worker. */
  readonly cpuSeconds: readonly number[];
}

/**
 * A run from imported files to its tokens by so many workers, each with a cache and a part of the processors
 * of its own. Temporal, the S3 server, a SIMULATED Tinker server and this process have the rest.
 *
 * @param cores - of each worker; 0: no limit.
 */
export async function speedOf(dir: string, path: string, workers: number, cores: number): Promise<Speed> {
  const own = join(dir, 'scale');
  await rm(own, { recursive: true, force: true });
  await mkdir(own, { recursive: true });
  const closing: (() => Promise<unknown>)[] = [];
  try {
    const s3 = await startS3({ stateDir: join(own, 's3'), buckets: [bucket], log: () => undefined });
    closing.push(() => s3.close());
    const tinker = await startTinkerServer({
      modelDir: shippedModelDir,
      stateDir: join(own, 'tinker'),
      port: 0,
      simulated: { latencyMs: 1 },
    });
    closing.push(() => tinker.close());
    const place = `s3://${bucket}/store`;
    const envOf = (cache: string): Record<string, string> => ({
      HEADRACE_STORE: place,
      HEADRACE_CACHE: join(own, cache),
      AWS_ENDPOINT_URL_S3: s3.url,
      AWS_REGION: s3.region,
      AWS_ACCESS_KEY_ID: s3.key.accessKeyId,
      AWS_SECRET_ACCESS_KEY: s3.key.secretAccessKey,
      TINKER_BASE_URL: tinker.url,
      TINKER_API_KEY: 'tml-bench',
    });
    const temporal = await part('temporal', ['dev', 'temporal', '--state', join(own, 'temporal')], own, {
      HEADRACE_STORE: join(own, 'unused'),
    });
    closing.push(() => temporal.close());
    const address = temporal.ready['address'] ?? '';
    const started = await Promise.all(
      Array.from({ length: workers }, async (_, worker) => {
        const name = `worker-${worker}`;
        const env = { ...envOf(`cache-${worker}`), TEMPORAL_ADDRESS: address };
        // As a container: the worker sees its limit from its start.
        const group =
          cores > 0 ? await makeCgroup(`headrace-bench-${process.pid}-${worker}`, cores) : undefined;
        closing.push(async () => await group?.remove());
        // A second batch has nothing to wait for: the S3 server is on this machine.
        const each = await part(name, ['worker', '--slots', 'cpu=1'], own, env, group?.enter);
        closing.push(() => each.close());
        return each;
      }),
    );
    const store = await openS3Store(place, {
      env: envOf('cache-client'),
      count: () => undefined,
      onWarning: (message) => void process.stderr.write(`${message}\n`),
    });
    // The places of a recipe are those of this process's store.
    Object.assign(process.env, envOf('cache-client'));
    const hub = createHubAccess({ store, env: {} });
    const recipe = recipeOf(path);
    await sendLocalParts({ store, hub, work: unattendedWork() }, recipe, () => undefined);
    const client = await connectTemporal({ TEMPORAL_ADDRESS: address });
    closing.push(() => client.close());
    const pids = started.map(({ process: child }) => child.pid ?? 0);
    const before = pids.map(cpuSecondsOf);
    const { handle } = await startRun(client, recipe, { taskQueue: taskQueueOf(store.id) });
    const seconds = await secondsToTokens(handle);
    const cpuSeconds = pids.map((pid, at) => cpuSecondsOf(pid) - (before[at] ?? 0));
    await handle.terminate('The bench has what it measures').catch(() => undefined);
    return { workers, seconds, cpuSeconds };
  } finally {
    for (const close of closing.toReversed()) await close();
    await rm(own, { recursive: true, force: true });
  }
}

function part(
  name: string,
  args: readonly string[],
  dir: string,
  env: Readonly<Record<string, string>>,
  under: readonly string[] = [],
): Promise<Part> {
  return startPart({ name, program: programPath, args, env, under, logPath: join(dir, `${name}.log`) });
}

function recipeOf(path: string): ResolvedRecipe {
  return parseRecipe(
    JSON.stringify({
      name: 'scale',
      seed: 17,
      sources: [{ name: 'chats', files: path, format: 'messages', max_reject_fraction: 0.1 }],
      heldout: { fraction: 0.01 },
      train: {
        base_model: 'headrace/tiny-qwen3',
        batch_size: 8,
        max_tokens: 512,
        max_steps: 1,
        epochs: 1,
        learning_rate: 0.0001,
      },
    }),
    'scale',
  );
}

interface Handle {
  fetchHistory(): Promise<{
    readonly events?:
      | readonly {
          readonly eventTime?: { readonly seconds?: unknown; readonly nanos?: unknown } | null;
          readonly eventId?: unknown;
          readonly activityTaskScheduledEventAttributes?: {
            readonly activityType?: { readonly name?: string | null } | null;
          } | null;
          readonly activityTaskCompletedEventAttributes?: { readonly scheduledEventId?: unknown } | null;
        }[]
      | null;
  }>;
  describe(): Promise<{ readonly status: { readonly name: string } }>;
}

/** Seconds from the first event of a run to the end of its `finishTokens`, by the clock of the server. */
async function secondsToTokens(handle: Handle): Promise<number> {
  for (;;) {
    const events = (await handle.fetchHistory()).events ?? [];
    const scheduled = events.find(
      (event) => event.activityTaskScheduledEventAttributes?.activityType?.name === 'finishTokens',
    );
    const ended = events.find(
      (event) =>
        scheduled !== undefined &&
        String(event.activityTaskCompletedEventAttributes?.scheduledEventId) === String(scheduled.eventId),
    );
    if (ended !== undefined) return timeOf(ended) - timeOf(events[0]);
    const { status } = await handle.describe();
    if (status.name !== 'RUNNING') throw new Error(`The run has ended as ${status.name} before its tokens`);
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
}

type Event = NonNullable<Awaited<ReturnType<Handle['fetchHistory']>>['events']>[number];

function timeOf(event: Event | undefined): number {
  const { seconds, nanos } = event?.eventTime ?? {};
  return Number(seconds ?? 0) + Number(nanos ?? 0) / 1e9;
}
