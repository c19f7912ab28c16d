import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { openStore } from '../../activities/artifacts/store.js';
import { shippedHubRoot, shippedModelDir } from '../../dev/stack/shipped.js';
import { programPath } from '../../client/command-line/program-path.js';
import { pendingActivities } from '../../client/runs/pending-activities.js';
import type { PendingActivity } from '../../client/runs/pending-activities.js';
import { parseRecipe } from '../../client/recipe/recipe-file.js';
import type { ResolvedRecipe } from '../../client/recipe/recipe-file.js';
import { handleOf, runState } from '../../client/runs/find-run.js';
import { startRun } from '../../client/runs/start-run.js';
import { connectTemporal } from '../../client/temporal/connect.js';
import type { TemporalClient } from '../../client/temporal/connect.js';
import { workflowIdOf } from '../../core/run/workflow-ids.js';
import type { Stage1Result } from '../../core/run/run.js';
import { startPart } from '../../dev/stack/part.js';
import type { Part } from '../../dev/stack/part.js';
import { localHubToken, localTinkerKey } from '../../dev/stack/stack.js';
import { taskQueueOf } from '../../worker/connection.js';

/** Real servers in processes of their own, shared by the tests of a file, each of which has a store and a worker. */
export interface Servers {
  readonly folder: string;
  readonly temporal: TemporalClient;
  address(): string;
  hubUrl(): string;
  tinkerUrl(): string;
  /** SIGKILL the server itself, then start it again on the same state. */
  crash(name: 'temporal' | 'hub' | 'tinker'): Promise<void>;
  /** SIGSTOP: the server stands still with all its connections open, until the returned call lets it go on. */
  freeze(name: 'temporal' | 'hub' | 'tinker'): () => void;
}

export interface ServersOptions {
  readonly hubRoot?: (folder: string) => Promise<string>;
}

export interface OpenServers extends Servers {
  close(): Promise<void>;
}

/** Starts Temporal, a Hub and a Tinker server on free ports, with their state in `folder`. */
export async function openServers(folder: string, options: ServersOptions = {}): Promise<OpenServers> {
  const parts = new Map<string, Part>();
  const start = async (name: string, args: readonly string[]): Promise<void> => {
    parts.set(
      name,
      await startPart({
        name,
        program: programPath,
        args: ['dev', name, ...args],
        env: {},
        logPath: join(folder, `${name}.log`),
      }),
    );
  };
  const said = (name: string, key: string): string => parts.get(name)?.ready[key] ?? '';
  const portOf = (address: string): string => /:(\d+)$/.exec(address)?.[1] ?? '0';
  const hubRoot = (await options.hubRoot?.(folder)) ?? shippedHubRoot;
  const args = {
    temporal: ['--state', join(folder, 'temporal')],
    hub: ['--root', hubRoot, '--state', join(folder, 'hub-state')],
    tinker: ['--model', shippedModelDir, '--state', join(folder, 'tinker')],
  };
  await Promise.all([start('temporal', args.temporal), start('hub', args.hub), start('tinker', args.tinker)]);
  const temporal = await connectTemporal({ TEMPORAL_ADDRESS: said('temporal', 'address') });
  return {
    folder,
    temporal,
    address: () => said('temporal', 'address'),
    hubUrl: () => said('hub', 'url'),
    tinkerUrl: () => said('tinker', 'url'),
    crash: async (name) => {
      if (name === 'temporal') {
        const ports = ['--port', portOf(said(name, 'address')), '--ui-port', portOf(said(name, 'ui'))];
        process.kill(Number(said(name, 'pid')), 'SIGKILL');
        await parts.get(name)?.close();
        await start(name, [...args[name], ...ports]);
      } else {
        const ports = ['--port', portOf(said(name, 'url'))];
        await parts.get(name)?.kill();
        await start(name, [...args[name], ...ports]);
      }
    },
    freeze: (name) => {
      const pid = name === 'temporal' ? Number(said(name, 'pid')) : parts.get(name)?.process.pid;
      if (pid === undefined) throw new Error(`the ${name} server has not been started`);
      process.kill(pid, 'SIGSTOP');
      return () => process.kill(pid, 'SIGCONT');
    },
    close: async () => {
      await temporal.close();
      for (const part of parts.values()) await part.close();
    },
  };
}

/** {@link openServers} for the tests of a file; the getter is good inside tests. */
export function useServers(options: ServersOptions = {}): () => Servers {
  let servers: OpenServers | undefined;
  let folder = '';
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'headrace-e2e-'));
    servers = await openServers(folder, options);
  });
  after(async () => {
    await servers?.close();
    await rm(folder, { recursive: true, force: true });
  });
  return () => {
    if (servers === undefined) throw new Error('the servers have not been started');
    return servers;
  };
}

/** The environment of a worker or a command that uses these servers. */
export function environmentOf(servers: Servers, store: string): Record<string, string> {
  return {
    HEADRACE_STORE: store,
    TEMPORAL_ADDRESS: servers.address(),
    HF_ENDPOINT: servers.hubUrl(),
    HF_TOKEN: localHubToken,
    TINKER_BASE_URL: servers.tinkerUrl(),
    TINKER_API_KEY: localTinkerKey,
  };
}

export async function startWorker(
  servers: Servers,
  store: string,
  env: Record<string, string> = {},
  logPath = join(store, 'worker.log'),
): Promise<Part> {
  await mkdir(store, { recursive: true });
  return await startPart({
    name: 'worker',
    program: programPath,
    args: ['worker'],
    env: { ...environmentOf(servers, store), ...env },
    logPath,
  });
}

export async function startRecipe(servers: Servers, store: string, recipe: ResolvedRecipe): Promise<void> {
  await startRun(servers.temporal, recipe, { taskQueue: taskQueueOf((await openStore(store)).id) });
}

const parkedTooLongMs = 30_000;

/** The result of a run that is to end by itself. @throws {Error} what it waits for, where it waits for a person instead. */
export async function resultOf(servers: Servers, name: string): Promise<Stage1Result> {
  const handle = handleOf(servers.temporal, name);
  const watching = new AbortController();
  const untilParked = async (): Promise<never> => {
    for (let sinceMs = Date.now(); ; await sleep(1_000, undefined, { signal: watching.signal })) {
      const waitingFor = (await runState(handle).catch(() => undefined))?.waitingFor ?? [];
      if (waitingFor.length === 0) sinceMs = Date.now();
      else if (Date.now() - sinceMs > parkedTooLongMs)
        throw new Error(`the run ${name} waits for a person: ${JSON.stringify(waitingFor)}`);
    }
  };
  const parked = untilParked();
  try {
    return await Promise.race([handle.result(), parked]);
  } finally {
    watching.abort();
    // Its last question to the server is answered before whoever called goes on and closes the connection.
    await parked.catch(() => undefined);
  }
}

/** Waits until an activity that `is` what we look for is under way. */
export async function untilPending(
  servers: Servers,
  name: string,
  is: (activity: PendingActivity) => boolean,
): Promise<PendingActivity> {
  const handle = handleOf(servers.temporal, name);
  const deadline = Date.now() + 120_000;
  while (Date.now() < deadline) {
    const state = await runState(handle).catch(() => undefined);
    const found = (await pendingActivities(servers.temporal, workflowIdOf(name), state)).find(is);
    if (found !== undefined) return found;
    await sleep(20);
  }
  throw new Error(`no such activity was under way within two minutes in the run ${name}`);
}

export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `headrace …` to its end, `timeoutMs` at most. Nothing of the caller's Temporal, Hub or Tinker settings reaches it. */
export async function headrace(
  args: readonly string[],
  env: Record<string, string>,
  cwd = process.cwd(),
  timeoutMs = 300_000,
): Promise<CommandResult> {
  const clean = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(HF_|HUGGING|TINKER_|TEMPORAL_|HEADRACE_)/.test(name)),
  );
  return await new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [programPath, ...args],
      { env: { ...clean, ...env }, cwd, maxBuffer: 64 << 20, timeout: timeoutMs },
      (_error, stdout, stderr) => resolve({ code: child.exitCode ?? -1, stdout, stderr }),
    );
  });
}

export async function sha256(path: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(path))
    .digest('hex');
}

/** A recipe from YAML, its paths under `folder`. */
export function recipeFrom(yaml: string, folder: string): ResolvedRecipe {
  return parseRecipe(yaml, 'test.yaml', { cwd: folder });
}

/** A recipe file for the command line. */
export async function writeRecipe(folder: string, yaml: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, 'recipe.yaml');
  await writeFile(path, yaml);
  return path;
}

const words =
  'river stone garden letter morning bridge window lamp quiet music paper cloud table winter road'.split(' ');

/** Writes `rows` conversations as JSON Lines, the same bytes every time: about 330 bytes a row. */
export async function writeConversations(path: string, rows: number, salt: number): Promise<void> {
  await mkdir(join(path, '..'), { recursive: true });
  const file = await open(path, 'w');
  try {
    let lines: string[] = [];
    for (let row = 0; row < rows; row += 1) {
      const word = (step: number): string => words[(row * 7 + step * step + salt) % words.length] ?? '';
      const sentence = (from: number): string =>
        Array.from({ length: 12 }, (_, step) => word(from + step)).join(' ');
      const content = `Tell me about the ${word(1)} and the ${word(2)}, number ${row} of ${salt}.`;
      const answer = `The ${sentence(3)}. Then the ${sentence(20)}.`;
      lines.push(
        JSON.stringify({
          prompt_id: `${salt}-${row}`,
          messages: [
            { role: 'user', content },
            { role: 'assistant', content: answer },
          ],
        }),
      );
      if (lines.length === 2000) {
        await file.write(`${lines.join('\n')}\n`);
        lines = [];
      }
    }
    if (lines.length > 0) await file.write(`${lines.join('\n')}\n`);
  } finally {
    await file.close();
  }
}
