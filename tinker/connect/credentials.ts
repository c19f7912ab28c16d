import { exec } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { TinkerError } from '../errors.js';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Address of the hosted service. */
export const hostedBaseUrl = 'https://tinker.thinkingmachines.dev/services/tinker-prod';

/**
 * `baseUrl`, else `TINKER_BASE_URL`, else the hosted service; an empty one counts as absent; no `/` at the
 * end.
 */
export function resolveBaseUrl(baseUrl: string | undefined, env: Environment): string {
  const named = [baseUrl, env['TINKER_BASE_URL']].find((each) => each !== undefined && each !== '');
  const url = (named ?? hostedBaseUrl).replace(/\/+$/, '');
  if (!URL.canParse(url)) throw new TinkerError('invalid', `TINKER_BASE_URL is not an address: ${url}`);
  return url;
}

/** Returns the credential for the next request. */
export type CredentialSource = () => Promise<string>;

/** `~/.tinker/credentials.json`, as `tinker auth login` of the Python SDK writes it. */
const StoredCredentials = z.object({
  default: z.string().nullish(),
  keys: z.record(z.string(), z.object({ key: z.string() })).default({}),
});

const run = promisify(exec);

/**
 * The first of these credentials that exists: `apiKey`, `TINKER_API_KEY`, what `TINKER_CREDENTIAL_CMD` prints
 * (run for each token), the default key of `~/.tinker/credentials.json`.
 *
 * @throws {TinkerError} key-missing; auth where the key is not one (`tml-…` or a JWT).
 */
export async function resolveCredential(
  apiKey: string | undefined,
  env: Environment,
): Promise<CredentialSource> {
  const key = [apiKey, env['TINKER_API_KEY']].find((each) => each !== undefined && each !== '');
  if (key !== undefined) return fixed(key, apiKey === key ? 'The API key' : 'TINKER_API_KEY');
  const command = env['TINKER_CREDENTIAL_CMD'];
  if (command !== undefined && command !== '') return () => runCredentialCommand(command);
  const path = join(env['HOME'] ?? homedir(), '.tinker', 'credentials.json');
  const stored = await readStored(path);
  if (stored !== undefined) return fixed(stored, path);
  throw new TinkerError(
    'key-missing',
    `There is no Tinker API key: TINKER_API_KEY and TINKER_CREDENTIAL_CMD are not set, and ${path} has no default key`,
  );
}

function fixed(key: string, origin: string): CredentialSource {
  if (!key.startsWith('tml-') && !key.startsWith('eyJ'))
    throw new TinkerError('auth', `${origin} does not hold a Tinker key: it must start with "tml-"`);
  return () => Promise.resolve(key);
}

async function runCredentialCommand(command: string): Promise<string> {
  try {
    const { stdout } = await run(command, { timeout: 60_000 });
    const token = stdout.trim();
    if (token !== '') return token;
  } catch (error) {
    // The failure's message may contain the command's output, which may be a credential: only its code is
    // shown.
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    throw new TinkerError('auth', `TINKER_CREDENTIAL_CMD failed with exit code ${code}`);
  }
  throw new TinkerError('auth', 'TINKER_CREDENTIAL_CMD printed nothing');
}

async function readStored(path: string): Promise<string | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw new TinkerError('auth', `${path} cannot be read`, { cause: error });
  }
  const parsed = StoredCredentials.safeParse(parseJson(text));
  if (!parsed.success) throw new TinkerError('auth', `${path} is not a Tinker credentials file`);
  const { default: name, keys } = parsed.data;
  return name === null || name === undefined ? undefined : keys[name]?.key;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
