import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '../programs/free-port.js';
import { runProgram } from '../programs/running-program.js';
import type { RunningProgram } from '../programs/running-program.js';
import { untilAnswers } from '../programs/until-answers.js';
import { resolveVersitygw } from './resolve.js';
import { readRootKey, rootKeyPath } from './root-key.js';
import type { RootKey } from './root-key.js';

export interface S3ServerOptions {
  /** Folder of the objects, the key and the log. A server that is started on it again still has all three. */
  readonly stateDir: string;
  /** Buckets that are made where they are missing. */
  readonly buckets: readonly string[];
  /** Whether buckets can be set to keep versions of objects. @default false */
  readonly mayKeepVersions?: boolean;
  /** @default a free port */
  readonly port?: number;
  /** Called with a line for each attempt to find or install the server. */
  readonly log: (line: string) => void;
  /** Aborts a start, and a build of the server. */
  readonly signal?: AbortSignal;
}

export interface S3Server extends RunningProgram {
  /** For `AWS_ENDPOINT_URL_S3`. */
  readonly url: string;
  readonly region: string;
  readonly key: RootKey;
  /** The file that has the key. */
  readonly keyPath: string;
  /** The folder of a bucket: an object is a file below it, at the path that is its key. */
  bucketDir(bucket: string): string;
}

const region = 'us-east-1';

/**
 * Starts an S3 server on 127.0.0.1 that keeps objects as files, and waits for its first answer. It writes
 * without fsync: objects survive a killed process, but not a power cut.
 *
 * @throws {Error} where there is no server to start, or it ends or does not answer; the signal's reason where
 *   it is aborted.
 */
export async function startS3(options: S3ServerOptions): Promise<S3Server> {
  const { stateDir, buckets, signal } = options;
  const program = await resolveVersitygw(options.log, signal);
  const data = join(stateDir, 'data');
  const bucketDir = (bucket: string): string => join(data, bucket);
  const versions = options.mayKeepVersions === true ? [join(stateDir, 'versions')] : [];
  for (const folder of [data, ...versions]) await mkdir(folder, { recursive: true });
  for (const bucket of buckets) await mkdir(bucketDir(bucket), { recursive: true });
  const key = await readRootKey(stateDir);
  const port = options.port ?? (await freePort());
  const url = `http://127.0.0.1:${port}`;
  const running = await runProgram({
    name: 'S3 server',
    program,
    args: [
      '--port',
      `127.0.0.1:${port}`,
      '--region',
      region,
      '--keep-alive',
      '--quiet',
      'posix',
      ...versions.flatMap((folder) => ['--versioning-dir', folder]),
      data,
    ],
    env: { ROOT_ACCESS_KEY: key.accessKeyId, ROOT_SECRET_KEY: key.secretAccessKey },
    logPath: join(stateDir, 's3.log'),
    untilReady: () => untilAnswers('S3 server', url),
    signal,
  });
  return { ...running, url, region, key, keyPath: rootKeyPath(stateDir), bucketDir };
}
