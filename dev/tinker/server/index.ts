import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { hasCode } from '../../../files/errno.js';
import { readModelConfig } from '../model/config.js';
import { ModelHost } from '../model/host.js';
import { SimulatedHost } from '../model/simulated-host.js';
import { createApp } from './app.js';
import { CheckpointStore } from './checkpoints/checkpoint-store.js';
import type { Offer, ServerContext } from './routes/context.js';
import { Billing } from './state/billing.js';
import { ExpiryClock } from './state/expiry-clock.js';
import { Faults } from './state/faults.js';
import { Futures } from './state/futures.js';
import { readIdentity, writeIdentity } from './state/identity.js';
import { OperationLog } from './state/operation-log.js';
import { Samplers } from './state/samplers.js';
import { Sessions } from './state/sessions.js';
import { TrainingModels } from './state/training-models.js';

const defaultLapseSeconds = 300;

export interface TinkerServerOptions {
  /**
   * Folder with `config.json`, `model.safetensors`, `tokenizer.json` and `tokenizer_config.json` of a Qwen3
   * model.
   */
  readonly modelDir: string;
  /**
   * Further names under which the server offers its model, as the hosted service lists the models that it
   * has. A longest sequence is what clients are told; the model takes what its config says.
   *
   * @default none
   */
  readonly offers?: readonly Offer[];
  /** Folder for the server's id, port and checkpoints; made where it is missing. One server at a time. */
  readonly stateDir: string;
  /** 0: a free one. @default the port that this state folder had before, or a free one */
  readonly port?: number;
  /** A session without a heartbeat for this long ends. @default 300 */
  readonly sessionLapseSeconds?: number;
  /** Longest time a poll for a result is held, in milliseconds. @default 20_000 */
  readonly longPollMs?: number;
  /**
   * Computes nothing: every operation takes `latencyMs` milliseconds and returns meaningless numbers of the
   * right shapes, to measure clients. The server describes itself as SIMULATED.
   */
  readonly simulated?: { readonly latencyMs: number };
  /** Called with the announcement of the server and with failures of its housekeeping. */
  readonly log?: (line: string) => void;
}

export interface TinkerServer {
  /** Base URL, to which clients append `/api/v1/…`. */
  readonly url: string;
  /** Made once with the state folder. */
  readonly serverId: string;
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Starts the development server of the Tinker protocol: a small real model with real LoRA training, strict
 * about the protocol, with its checkpoints on disk. For trying out and for tests.
 *
 * @throws {Error} where the model cannot be loaded or the port is taken.
 */
export async function startTinkerServer(options: TinkerServerOptions): Promise<TinkerServer> {
  const stateDir = resolve(options.stateDir);
  await mkdir(stateDir, { recursive: true });
  const identity = await readIdentity(stateDir);
  const context = await createContext(options, stateDir, identity.id);
  const app = createApp(context);
  const housekeeping = keepHouse(context, options);
  const close = async (): Promise<void> => {
    clearInterval(housekeeping);
    await app.close();
    await context.host.close();
  };
  try {
    // Loopback only: there is no real authentication.
    const url = await app.listen({ host: '127.0.0.1', port: options.port ?? identity.port ?? 0 });
    const port = Number(new URL(url).port);
    if (port !== identity.port) await writeIdentity(stateDir, { id: identity.id, port });
    options.log?.(announcement(context, url, stateDir));
    return { url, serverId: identity.id, port, close };
  } catch (error) {
    await close();
    throw asListenError(error, stateDir);
  }
}

async function createContext(
  options: TinkerServerOptions,
  stateDir: string,
  serverId: string,
): Promise<ServerContext> {
  const modelDir = resolve(options.modelDir);
  const config = await readModelConfig(modelDir);
  const clock = new ExpiryClock();
  const checkpoints = await CheckpointStore.open(stateDir, () => clock.now());
  const simulation =
    options.simulated === undefined ? undefined : new SimulatedHost(config, options.simulated.latencyMs);
  const host = simulation ?? (await ModelHost.start(modelDir));
  const futures = new Futures();
  const log = new OperationLog();
  const offers = [{ name: config.name, contextLength: config.contextLength }, ...(options.offers ?? [])];
  const baseModels = offers.map(({ name }) => name);
  const models = new TrainingModels({ host, config, baseModels, checkpoints, futures, log });
  const samplers = new Samplers(host, config, checkpoints);
  const sessions = new Sessions(options.sessionLapseSeconds ?? defaultLapseSeconds, (session, why) => {
    models.endSession(session, why);
    samplers.endSession(session, why);
    futures.dropSession(session.id, why);
    log.add({ op: 'end_session', outcome: 'done', sessionId: session.id, error: why });
  });
  return {
    serverId,
    modelDir,
    config,
    offers,
    host,
    simulation,
    checkpoints,
    sessions,
    models,
    samplers,
    futures,
    log,
    billing: new Billing(),
    clock,
    faults: new Faults(),
    longPollMs: options.longPollMs ?? 20_000,
  };
}

/** Ends lapsed sessions and removes expired checkpoints from time to time. */
function keepHouse({ sessions, checkpoints }: ServerContext, options: TinkerServerOptions): NodeJS.Timeout {
  const lapseSeconds = options.sessionLapseSeconds ?? defaultLapseSeconds;
  const everyMs = Math.min(10_000, lapseSeconds * 250);
  return setInterval(() => {
    sessions.endLapsed();
    checkpoints
      .purge()
      .catch((error: unknown) => options.log?.(`Could not purge checkpoints: ${String(error)}`));
  }, everyMs);
}

function announcement(
  { serverId, config, simulation }: ServerContext,
  url: string,
  stateDir: string,
): string {
  const kind =
    simulation === undefined ? '' : `SIMULATED (${simulation.latencyMs} ms an operation, no maths) `;
  return `${kind}Tinker DEVELOPMENT server ${serverId} at ${url}: base model ${config.name}, state in ${stateDir}. Not the hosted service.`;
}

/**
 * The state folder keeps its port, so the likeliest owner of a taken port is another server on the same
 * folder.
 */
function asListenError(error: unknown, stateDir: string): unknown {
  if (!(error instanceof Error) || !hasCode(error, 'EADDRINUSE')) return error;
  const hint = `Is another server running on ${stateDir}? If not, name another port.`;
  return new Error(`The Tinker development server cannot listen: ${error.message}. ${hint}`, {
    cause: error,
  });
}
