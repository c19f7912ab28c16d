import { join } from 'node:path';
import { startPart } from './part.js';
import type { Part } from './part.js';

type PartName = 'temporal' | 'hub' | 'tinker' | 'worker';

/** Everything that a run needs, on this machine: Temporal, a Hub, a Tinker server and a worker. */
export interface Stack {
  /** The parts that were started here; servers that `given` names have none. */
  readonly parts: ReadonlyMap<PartName, Part>;
  /** Address of Temporal, and of the web UI where it was started here. */
  readonly temporalAddress: string;
  readonly temporalUi: string | undefined;
  readonly hubUrl: string | undefined;
  readonly tinkerUrl: string | undefined;
  /** Starts one part again, after it was killed, on the same address and state. */
  restart(name: PartName): Promise<void>;
  close(): Promise<void>;
}

export interface StackOptions {
  /** The store; state and logs of the servers go into its folder `dev`. */
  readonly store: string;
  /** Folder of the local Hub's repositories. */
  readonly hubRoot: string;
  /** Folder of the local Tinker server's model, in the Hugging Face layout. */
  readonly modelDir: string;
  readonly say: (line: string) => void;
  /**
   * Environment of the worker that names servers elsewhere: with TEMPORAL_ADDRESS, HF_ENDPOINT or HF_TOKEN,
   * TINKER_BASE_URL or TINKER_API_KEY the part of that kind is not started here.
   */
  readonly given?: Readonly<Record<string, string>>;
  /** Ends what is under way of the start, whose reason is thrown then. */
  readonly signal?: AbortSignal;
}

/** Credentials of the local servers; they open nothing else. */
export const localHubToken = 'hf_headrace_local_demo_token';
export const localTinkerKey = 'tml-headrace-local-demo-key';

const closingOrder: readonly PartName[] = ['worker', 'tinker', 'hub', 'temporal'];

/** Starts the parts. On a failure, and where it is aborted, what was started is ended again. */
export async function startStack(options: StackOptions): Promise<Stack> {
  const given = options.given ?? {};
  const state = join(options.store, 'dev');
  const parts = new Map<PartName, Part>();
  const said = (name: PartName, key: string): string | undefined => parts.get(name)?.ready[key];
  const argumentsOf: Record<PartName, () => string[]> = {
    temporal: () => {
      const port = portArguments('--port', said('temporal', 'address'));
      const uiPort = portArguments('--ui-port', said('temporal', 'ui'));
      return ['dev', 'temporal', '--state', join(state, 'temporal'), ...port, ...uiPort];
    },
    hub: () => {
      const port = portArguments('--port', said('hub', 'url'));
      return ['dev', 'hub', '--root', options.hubRoot, '--state', join(state, 'hub'), ...port];
    },
    tinker: () => ['dev', 'tinker', '--model', options.modelDir, '--state', join(state, 'tinker')],
    worker: () => ['worker'],
  };
  const workerEnvironment = (): Record<string, string> => ({
    ...environment('TEMPORAL_ADDRESS', said('temporal', 'address')),
    ...(parts.has('hub')
      ? { ...environment('HF_ENDPOINT', said('hub', 'url')), HF_TOKEN: localHubToken }
      : {}),
    ...(parts.has('tinker')
      ? { ...environment('TINKER_BASE_URL', said('tinker', 'url')), TINKER_API_KEY: localTinkerKey }
      : {}),
    ...given,
  });
  const start = async (name: PartName, signal?: AbortSignal): Promise<void> => {
    const part = await startPart({
      name,
      args: argumentsOf[name](),
      env: { HEADRACE_STORE: options.store, ...(name === 'worker' ? workerEnvironment() : {}) },
      logPath: join(state, 'logs', `${name}.log`),
      say: options.say,
      ...(signal === undefined ? {} : { signal }),
    });
    parts.set(name, part);
  };
  const close = async (): Promise<void> => {
    for (const name of closingOrder) await parts.get(name)?.close();
  };
  try {
    const servers: PartName[] = [];
    if (given['TEMPORAL_ADDRESS'] === undefined) servers.push('temporal');
    if (given['HF_ENDPOINT'] === undefined && given['HF_TOKEN'] === undefined) servers.push('hub');
    if (given['TINKER_BASE_URL'] === undefined && given['TINKER_API_KEY'] === undefined)
      servers.push('tinker');
    const started = await Promise.allSettled(servers.map((name) => start(name, options.signal)));
    for (const outcome of started) if (outcome.status === 'rejected') throw outcome.reason;
    options.signal?.throwIfAborted();
    await start('worker', options.signal);
    options.signal?.throwIfAborted();
    return {
      parts,
      temporalAddress: given['TEMPORAL_ADDRESS'] ?? said('temporal', 'address') ?? '',
      temporalUi: said('temporal', 'ui'),
      hubUrl: given['HF_ENDPOINT'] ?? said('hub', 'url'),
      tinkerUrl: given['TINKER_BASE_URL'] ?? said('tinker', 'url'),
      restart: (name) => start(name),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** For a start's failure: `undefined` where it was aborted; anything else is thrown on. */
export function nothingIfAborted(signal: AbortSignal): (error: unknown) => undefined {
  return (error) => {
    if (!signal.aborted) throw error;
    return undefined;
  };
}

function environment(name: string, value: string | undefined): Record<string, string> {
  return value === undefined ? {} : { [name]: value };
}

function portArguments(flag: string, address: string | undefined): string[] {
  const port = /:(\d+)\/?$/.exec(address ?? '')?.[1];
  return port === undefined ? [] : [flag, port];
}
