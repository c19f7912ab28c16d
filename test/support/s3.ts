import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { connectS3 } from '../../activities/artifacts/s3/connect.js';
import { defaultS3Tuning } from '../../activities/artifacts/s3/tuning.js';
import type { Env } from '../../core/env.js';
import { startS3Proxy } from '../../dev/s3/proxy.js';
import type { S3Proxy } from '../../dev/s3/proxy.js';
import type { RootKey } from '../../dev/s3/root-key.js';
import { startS3 } from '../../dev/s3/server.js';
import type { S3Server } from '../../dev/s3/server.js';
import { temporaryFolder } from './folder.js';

/** An S3 server of a test behind a proxy with faults. */
export interface TestS3 {
  readonly proxy: S3Proxy;
  readonly bucket: string;
  /** `s3://<bucket>/store`, for HEADRACE_STORE. */
  readonly place: string;
  /** Variables for a client that goes through the proxy; `HEADRACE_STORE` and `HEADRACE_CACHE` among them. */
  readonly env: Readonly<Record<string, string>>;
  /** The key of the server: a secret that must show up nowhere. */
  readonly key: RootKey;
  /** The folder with the bucket's objects as files, to damage or remove them. */
  readonly bucketDir: string;
  /** Kills the server with SIGKILL. */
  kill(): Promise<void>;
  /** Starts a killed server again, with its objects, at the same address. */
  restart(): Promise<void>;
}

const bucket = 'headrace-test';

/** Starts an S3 server with an empty bucket, which ends with the test. */
export async function s3Server(context: TestContext, options: S3Options = {}): Promise<TestS3> {
  const dir = await temporaryFolder(context);
  const s3 = await openS3(dir, (line) => context.diagnostic(line), options);
  context.after(() => s3.close());
  return s3;
}

export interface S3Options {
  /** Whether the bucket keeps versions of objects. @default false */
  readonly keepsVersions?: boolean;
  /** Whether it can be set to, with {@link keepVersions}. @default as `keepsVersions` */
  readonly mayKeepVersions?: boolean;
}

/** An S3 server that has to be closed. */
export interface OpenS3 extends TestS3 {
  close(): Promise<void>;
}

/** Starts an S3 server with an empty bucket. @param dir - has its state and the cache of its clients. */
export async function openS3(
  dir: string,
  log: (line: string) => void,
  { keepsVersions = false, mayKeepVersions = keepsVersions }: S3Options = {},
): Promise<OpenS3> {
  const start = (port?: number): Promise<S3Server> =>
    startS3({
      stateDir: join(dir, 's3'),
      buckets: [bucket],
      mayKeepVersions,
      ...(port === undefined ? {} : { port }),
      log,
    });
  let server = await start();
  const { key, region, url } = server;
  const proxy = await startS3Proxy({ target: url, key });
  const place = `s3://${bucket}/store`;
  const env = {
    HEADRACE_STORE: place,
    HEADRACE_CACHE: join(dir, 'cache'),
    AWS_ENDPOINT_URL_S3: proxy.url,
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: key.accessKeyId,
    AWS_SECRET_ACCESS_KEY: key.secretAccessKey,
  };
  if (keepsVersions) await keepVersions({ ...env, AWS_ENDPOINT_URL_S3: url });
  return {
    proxy,
    bucket,
    place,
    env,
    key,
    bucketDir: server.bucketDir(bucket),
    kill: async () => {
      server.process.kill('SIGKILL');
      await server.exited;
    },
    restart: async () => {
      server = await start(Number(new URL(url).port));
    },
    close: async () => {
      await proxy.close();
      await server.close();
    },
  };
}

/** Makes the bucket keep versions from now on. */
export async function keepVersions(env: Env): Promise<void> {
  const { sdk, client } = await connectS3(env, defaultS3Tuning);
  const VersioningConfiguration = { Status: 'Enabled' } as const;
  await client.send(new sdk.PutBucketVersioningCommand({ Bucket: bucket, VersioningConfiguration }));
  client.destroy();
}
