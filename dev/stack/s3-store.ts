import { join } from 'node:path';
import { readRootKey } from '../s3/root-key.js';

/** The bucket of the S3 server of a stack. */
export const devBucket = 'headrace';

/** Place of the store in it. */
const devStorePlace = `s3://${devBucket}/store`;

/**
 * Variables for a process of a stack whose store is on the local S3 server.
 *
 * @param stateDir - of the server.
 * @param cache - folder of the process, see HEADRACE_CACHE.
 */
export async function s3StoreVariables(
  url: string,
  stateDir: string,
  cache: string,
): Promise<Record<string, string>> {
  const key = await readRootKey(stateDir);
  return {
    HEADRACE_STORE: devStorePlace,
    HEADRACE_CACHE: cache,
    AWS_ENDPOINT_URL_S3: url,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: key.accessKeyId,
    AWS_SECRET_ACCESS_KEY: key.secretAccessKey,
    // They would take the place of that key.
    AWS_PROFILE: '',
    AWS_SESSION_TOKEN: '',
  };
}

/** State folder of a server of a stack. @param folder - of the stack. */
export function stateDirIn(folder: string, server: string): string {
  return join(folder, 'dev', server);
}
