import type { Env } from '../../../core/env.js';
import { Secrets } from '../../../core/secrets.js';
import type { S3Connection } from './connect.js';

/** Removes secrets from texts: those of the environment, and the key in use, wherever it comes from. */
export function scrubber({ client }: S3Connection, env: Env): (text: string) => Promise<string> {
  const secrets = new Secrets(env);
  return async (text) => {
    // Without a key there is none to remove; its own error says why.
    const key = await client.config.credentials().catch(() => undefined);
    for (const secret of [key?.accessKeyId, key?.secretAccessKey, key?.sessionToken]) secrets.learn(secret);
    return secrets.scrub(text);
  };
}
