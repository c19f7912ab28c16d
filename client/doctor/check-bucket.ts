import { randomUUID } from 'node:crypto';
import { connectS3 } from '../../activities/artifacts/s3/connect.js';
import type { Objects } from '../../activities/artifacts/s3/objects.js';
import { openObjects } from '../../activities/artifacts/s3/open-s3-store.js';
import { defaultS3Tuning } from '../../activities/artifacts/s3/tuning.js';
import { fromEnv, type Env } from '../../core/env.js';
import { errorTable, HeadraceError } from '../../core/errors.js';
import { formatSeconds } from '../../core/format.js';
import { failed, passed, warned } from './checks.js';
import type { Check } from './checks.js';

/** As in a run, but with less patience: somebody waits. */
const tuning = { tries: 3, stallMs: 10_000 };
const latencyTries = 5;
const slowMs = 200;
const mostSkewMs = 60_000;

/**
 * Checks a store in a bucket: whether the bucket is there and answers, in which region; what the key allows,
 * by a small object that is put, listed, read and deleted; the clock and the latency.
 */
export async function checkBucket(place: string, env: Env): Promise<Check[]> {
  const repeated: string[] = [];
  const onWarning = (message: string): void => void repeated.push(message);
  try {
    const objects = await openObjects(place, { env, onWarning, count: () => undefined, tuning });
    const reached = passed('store bucket', `${objects.place} is there, ${await serviceText(env)}`);
    const tried = await tryObject(objects);
    const { list } = tried.failures;
    // Any other failure is one of the bucket or the way to it, and the other requests have the same.
    if (list !== undefined && !isForbidden(list)) return [failed('store bucket', list)];
    return [
      reached,
      ...permissions(tried.failures),
      ...clock(tried),
      ...latency(tried.latenciesMs),
      ...repeated.map((message) => warned('store requests', message)),
    ];
  } catch (error) {
    return [failed('store bucket', error)];
  }
}

async function serviceText(env: Env): Promise<string> {
  const { client, wayTo } = await connectS3(env, defaultS3Tuning);
  const endpoint = fromEnv(env, 'AWS_ENDPOINT_URL_S3') ?? fromEnv(env, 'AWS_ENDPOINT_URL');
  const region = await client.config.region();
  const { proxy } = wayTo(new URL(endpoint ?? `https://s3.${region}.amazonaws.com`));
  const way = proxy === undefined ? '' : `, through the proxy ${new URL(proxy).origin}`;
  return `at ${endpoint ?? 'Amazon S3'} in region ${region}${way}`;
}

const permissionNames = ['list', 'put', 'get', 'delete'] as const;
type Permission = (typeof permissionNames)[number];
type Failures = Partial<Record<Permission, unknown>>;

/** What came of a small object. */
interface Tried {
  readonly failures: Failures;
  /** Of the service, when the object was written; `undefined` where that is not known. */
  readonly serverTime: Date | undefined;
  /** By the clock of this machine: before and after it was written. */
  readonly written: readonly [from: number, to: number];
  readonly latenciesMs: readonly number[];
}

async function tryObject(objects: Objects): Promise<Tried> {
  const key = `doctor/${randomUUID()}`;
  const bytes = Buffer.from('A check by `headrace doctor`; it may be deleted.\n');
  const failures: Failures = {};
  const attempt = async <Result>(
    name: Permission,
    work: () => Promise<Result>,
  ): Promise<Result | undefined> => {
    try {
      return await work();
    } catch (error) {
      failures[name] ??= error;
      return undefined;
    }
  };
  let serverTime: Date | undefined;
  const look = async (): Promise<void> => {
    for await (const { at } of objects.list(key)) serverTime = at;
  };
  await attempt('list', look);
  const isReached = failures.list === undefined || isForbidden(failures.list);
  const from = Date.now();
  if (isReached) await attempt('put', () => objects.put(key, bytes));
  const written = [from, Date.now()] as const;
  const latenciesMs: number[] = [];
  if (isReached && failures.put === undefined) {
    await attempt('list', look);
    for (let tries = 0; tries < latencyTries && failures.get === undefined; tries += 1) {
      const startMs = performance.now();
      const read = await attempt('get', () => objects.get(key));
      if (failures.get === undefined && read?.equals(bytes) !== true)
        failures.get = notRead(`${objects.place}/${key}`);
      latenciesMs.push(performance.now() - startMs);
    }
    await attempt('delete', () => objects.remove([key]));
  }
  return { failures, serverTime, written, latenciesMs };
}

function isForbidden(error: unknown): boolean {
  return error instanceof HeadraceError && error.type === 'StoreForbiddenError';
}

function notRead(place: string): HeadraceError {
  return new HeadraceError('StoreAnswerError', `${place} did not have its bytes right after it was written`, {
    remedy: 'A store needs a service that shows an object to every reader as soon as it is written.',
  });
}

function permissions(failures: Failures): Check[] {
  const bad = permissionNames.flatMap((name) =>
    name in failures ? [failed(`store ${name}`, failures[name])] : [],
  );
  if (bad.length === 0) return [passed('store permissions', 'the key may list, put, get and delete objects')];
  const untried = 'put' in failures ? [warned('store get, delete', 'not tried: nothing could be put')] : [];
  return [...bad, ...untried];
}

/** Times of objects are in whole seconds. */
function clock({ serverTime, written: [from, to] }: Tried): Check[] {
  if (serverTime === undefined) return [];
  const at = serverTime.getTime();
  const aheadMs = Math.max(0, from - (at + 1000)) - Math.max(0, at - to);
  if (Math.abs(aheadMs) <= mostSkewMs)
    return [passed('store clock', 'that of this machine agrees with that of S3')];
  const side = aheadMs > 0 ? 'ahead of' : 'behind';
  const message = `that of this machine is ${formatSeconds(Math.abs(aheadMs) / 1000)} ${side} that of S3`;
  return [warned('store clock', message, errorTable.StoreClockError.remedy)];
}

function latency(ms: readonly number[]): Check[] {
  const median = ms.toSorted((a, b) => a - b)[Math.floor(ms.length / 2)];
  if (median === undefined) return [];
  const message = `${median.toFixed(median < 10 ? 1 : 0)} ms for a small object, median of ${ms.length}`;
  return [
    median > slowMs
      ? warned('store latency', message, 'Run workers in the region of the bucket.')
      : passed('store latency', message),
  ];
}
