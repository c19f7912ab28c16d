import { connect } from 'node:net';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { freePort } from '../../dev/programs/free-port.js';
import { runProgram } from '../../dev/programs/running-program.js';
import { resolveVersitygw } from '../../dev/s3/resolve.js';
import { makeCertificates } from './certificates.js';
import { temporaryFolder } from './folder.js';
import type { TestS3 } from './s3.js';
import { until } from './until.js';

/** An S3 server that speaks TLS alone, with a certificate of an authority of its own. */
export interface TlsS3 extends Pick<TestS3, 'place' | 'env'> {
  readonly port: number;
  /** Path of a PEM file. */
  readonly authority: string;
}

/**
 * Starts it on 127.0.0.1, with a certificate for `host`, which is in `AWS_ENDPOINT_URL_S3`.
 *
 * @returns `undefined` where there is no openssl.
 */
export async function tlsS3Server(t: TestContext, host: string): Promise<TlsS3 | undefined> {
  const dir = await temporaryFolder(t);
  const made = await makeCertificates(dir, host);
  if (made === undefined) return undefined;
  const { authority, key, certificate } = made;
  const data = join(dir, 'data');
  await mkdir(join(data, 'headrace-test'), { recursive: true });
  const port = await freePort();
  const answers = (): Promise<true | undefined> =>
    new Promise((resolve) => {
      const socket = connect(port, '127.0.0.1', () => resolve(true));
      socket.on('error', () => resolve(undefined));
      socket.on('connect', () => socket.destroy());
    });
  const tls = ['--cert', certificate, '--key', key];
  const server = await runProgram({
    name: 'S3 server',
    program: await resolveVersitygw((line) => t.diagnostic(line)),
    args: ['--port', `127.0.0.1:${port}`, '--region', 'us-east-1', ...tls, '--quiet', 'posix', data],
    env: { ROOT_ACCESS_KEY: 'test-key-id', ROOT_SECRET_KEY: 'test-secret-key' },
    logPath: join(dir, 's3.log'),
    untilReady: async () => void (await until(answers, () => 'the S3 server')),
  });
  t.after(() => server.close());
  return {
    port,
    authority,
    place: 's3://headrace-test/store',
    env: {
      HEADRACE_STORE: 's3://headrace-test/store',
      HEADRACE_CACHE: join(dir, 'cache'),
      AWS_ENDPOINT_URL_S3: `https://${host}:${port}`,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'test-key-id',
      AWS_SECRET_ACCESS_KEY: 'test-secret-key',
    },
  };
}
