import { execFile, spawn } from 'node:child_process';
import { cp, mkdir, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { freePort } from '../../../dev/programs/free-port.js';
import { shippedModelDir } from '../../../dev/stack/shipped.js';
import { pythonEnvironment } from '../../../dev/python/environment.js';

const run = promisify(execFile);

/** PyPI's skyrl 0.3.0 has no protobuf, so its repository is used, at the commit that was tried. */
export const skyrlCommit = 'a9564572eb8e91076be43c1bd5e4615e3de17265';
const repository = 'https://github.com/NovaSky-AI/SkyRL.git';
/** Typed dictionaries of its requests need it. */
const oldestPython = 12;
const readyWithinMs = 300_000;

export interface SkyrlServer {
  readonly url: string;
  /** Its name for the shipped model, in a copy whose configuration has float32 numbers. */
  readonly baseModel: string;
  readonly logPath: string;
  close(): Promise<void>;
}

/**
 * Starts a SkyRL server on CPU with the shipped tiny model, its state below `dir`. The checkout comes from
 * `HEADRACE_SKYRL_SOURCE`, else from GitHub into the cache.
 */
export async function startSkyrl(dir: string): Promise<SkyrlServer> {
  const { binDir } = await pythonEnvironment('skyrl', oldestPython);
  const source = process.env['HEADRACE_SKYRL_SOURCE'] ?? (await checkout());
  const baseModel = join(dir, 'tiny-qwen3');
  await cp(shippedModelDir, baseModel, { recursive: true });
  const config = JSON.parse(await readFile(join(baseModel, 'config.json'), 'utf8')) as object;
  await writeFile(join(baseModel, 'config.json'), JSON.stringify({ ...config, dtype: 'float32' }));
  const port = await freePort();
  const logPath = join(dir, 'skyrl.log');
  const log = await open(logPath, 'a');
  const limits = {
    max_lora_adapters: 16,
    max_lora_rank: 32,
    train_micro_batch_size: 4,
    sample_max_num_sequences: 4,
  };
  const options = {
    'base-model': baseModel,
    backend: 'jax',
    'backend-config': JSON.stringify(limits),
    'checkpoints-base': join(dir, 'checkpoints'),
    'database-url': `sqlite:///${join(dir, 'skyrl.db')}`,
    host: '127.0.0.1',
    port: String(port),
  };
  const flags = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]);
  // The server starts its engine by reading how `uv run` started it; `--no-sync --frozen` leaves the
  // environment alone.
  const uv = ['-m', 'uv', 'run', '--active', '--no-sync', '--frozen', '-m', 'skyrl.tinker.api', ...flags];
  const child = spawn(join(binDir, 'python'), uv, {
    cwd: source,
    env: {
      ...process.env,
      VIRTUAL_ENV: dirname(binDir),
      PATH: `${binDir}:${process.env['PATH'] ?? ''}`,
      JAX_PLATFORMS: 'cpu',
      HF_HUB_OFFLINE: '1',
    },
    stdio: ['ignore', log.fd, log.fd],
    // A group of its own: the engine is the server's child and would outlive a killed server.
    detached: true,
  });
  await log.close();
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const close = async (): Promise<void> => {
    signalGroup(child.pid, 'SIGTERM');
    const late = setTimeout(() => signalGroup(child.pid, 'SIGKILL'), 20_000);
    await ended;
    clearTimeout(late);
    signalGroup(child.pid, 'SIGKILL');
  };
  const url = `http://127.0.0.1:${port}`;
  const deadline = Date.now() + readyWithinMs;
  while (!(await isHealthy(url))) {
    const isOver = child.exitCode !== null || child.signalCode !== null;
    if (isOver || Date.now() > deadline) {
      if (!isOver) await close();
      const tail = (await readFile(logPath, 'utf8')).slice(-3_000);
      throw new Error(`SkyRL ${isOver ? 'ended' : 'did not answer'}; the end of its log:\n${tail}`);
    }
    await sleep(500);
  }
  return { url, baseModel, logPath, close };
}

/** One that has ended already needs no signal. */
function signalGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(-pid, signal);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

async function isHealthy(url: string): Promise<boolean> {
  return await fetch(`${url}/api/v1/healthz`).then(
    (answer) => answer.ok,
    () => false,
  );
}

async function checkout(): Promise<string> {
  const dir = join(homedir(), '.cache', 'headrace', 'interop', `skyrl-source-${skyrlCommit.slice(0, 12)}`);
  if (await stat(dir).catch(() => undefined)) return dir;
  const partial = `${dir}.partial-${process.pid}`;
  await mkdir(partial, { recursive: true });
  try {
    await run('git', ['init', '--quiet', partial]);
    await run('git', ['-C', partial, 'fetch', '--quiet', '--depth', '1', repository, skyrlCommit]);
    await run('git', ['-C', partial, 'checkout', '--quiet', 'FETCH_HEAD']);
    await rename(partial, dir);
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
  return dir;
}
