import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { freePort } from '../../../dev/programs/free-port.js';
import { runProgram } from '../../../dev/programs/running-program.js';
import { untilAnswers } from '../../../dev/programs/until-answers.js';
import type { PythonEnvironment } from '../../../dev/python/environment.js';
import { temporaryFolder } from '../../support/folder.js';
import type { TestS3 } from '../../support/s3.js';

/**
 * Starts moto, which keeps objects in memory, checks no signatures, and closes each connection after one
 * answer. It has no bucket yet, and ends with the test.
 */
export async function startMoto(
  t: TestContext,
  { python, binDir }: PythonEnvironment,
): Promise<Pick<TestS3, 'bucket' | 'place' | 'env'>> {
  const dir = await temporaryFolder(t);
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const server = await runProgram({
    name: 'moto server',
    program: python,
    args: [join(binDir, 'moto_server'), '-H', '127.0.0.1', '-p', String(port)],
    env: {},
    logPath: join(dir, 'moto.log'),
    untilReady: () => untilAnswers('moto server', url),
  });
  t.after(() => server.close());
  const bucket = 'headrace-moto';
  const place = `s3://${bucket}/store`;
  return {
    bucket,
    place,
    env: {
      HEADRACE_STORE: place,
      HEADRACE_CACHE: join(dir, 'cache'),
      AWS_ENDPOINT_URL_S3: url,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'moto-key',
      AWS_SECRET_ACCESS_KEY: 'moto-secret',
    },
  };
}
