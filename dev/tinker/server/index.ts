import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { readModelConfig } from '../model/config.js';
import { ModelHost } from '../model/host.js';
import { SimulatedHost } from '../model/simulated-host.js';
import { createApp } from './app.js';
import { CheckpointStore } from './checkpoint-store.js';
import type { ServerContext } from './context.js';
import { Faults } from './faults.js';
import { Futures } from './futures.js';
import { readIdentity, rememberIdentity } from './identity.js';
import { OperationLog } from './operation-log.js';
import { Samplers } from './samplers.js';
import { Sessions } from './sessions.js';
import { TrainingModels } from './training-models.js';

export interface TinkerServerOptions {
  /** Folder with `config.json`, `model.safetensors`, `tokenizer.json` and `tokenizer_config.json` of a Qwen3 model. */
  readonly modelDir: string;
  /** Folder for the server's id, port and checkpoints; made where it is missing. One server at a time. */
  readonly stateDir: string;
  /** Default: the port this state folder had before, or a free one. 0: a free one. */
  readonly port?: number;
  /** Default 127.0.0.1, and nothing but loopback makes sense: there is no real authentication. */
  readonly host?: string;
  /** Keys that are let in. Default: any that starts with `tml-`. */
  readonly apiKeys?: readonly string[];
  /** A session without heartbeat ends after this time. Default 300. */
  readonly sessionLapseSeconds?: number;
  /** Longest time a poll for a result is held, in milliseconds. Default 20,000. */
  readonly longPollMs?: number;
  /**
   * Compute nothing: answer meaningless numbers of the right shapes, each operation after `latencyMs` milliseconds. For
   * measuring clients; the server says SIMULATED wherever it speaks of itself.
   */
  readonly simulated?: { readonly latencyMs: number };
  /** Takes the lines that the server says about itself. Default: none. */
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
 * Starts the development server of the Tinker protocol: a small real model with real LoRA training, strict about the
 * protocol, with its checkpoints on disk. For trying out and for tests.
 *
 * @throws {Error} where the model cannot be loaded or the port is taken.
 */
export async function startTinkerServer(options: TinkerServerOptions): Promise<TinkerServer> {
  const modelDir = resolve(options.modelDir);
  const stateDir = resolve(options.stateDir);
  await mkdir(stateDir, { recursive: true });
  const identity = await readIdentity(stateDir);
  const config = await readModelConfig(modelDir);
  let clockOffsetMs = 0;
  const checkpoints = await CheckpointStore.open(stateDir, () => Date.now() + clockOffsetMs);
  const simulation =
    options.simulated === undefined ? undefined : new SimulatedHost(config, options.simulated.latencyMs);
  const model = simulation ?? (await ModelHost.start(modelDir));
  const futures = new Futures();
  const log = new OperationLog();
  const models = new TrainingModels(model, config, checkpoints, futures, log);
  const samplers = new Samplers(model, config, checkpoints);
  const lapseSeconds = options.sessionLapseSeconds ?? 300;
  const sessions = new Sessions(lapseSeconds, (session, why) => {
    models.endSession(session, why);
    samplers.endSession(session, why);
    futures.dropSession(session.id, why);
    log.add({ op: 'end_session', outcome: 'done', sessionId: session.id, error: why });
  });
  const context: ServerContext = {
    serverId: identity.id,
    modelDir,
    config,
    host: model,
    simulation,
    checkpoints,
    sessions,
    models,
    samplers,
    futures,
    log,
    faults: new Faults(),
    longPollMs: options.longPollMs ?? 20_000,
    advanceClock: (seconds) => {
      clockOffsetMs += seconds * 1000;
    },
  };
  const app = createApp(context, options.apiKeys);
  const housekeeping = setInterval(
    () => {
      sessions.endLapsed();
      checkpoints
        .purge()
        .catch((error: unknown) => options.log?.(`Could not purge checkpoints: ${String(error)}`));
    },
    Math.min(10_000, lapseSeconds * 250),
  );
  const stop = async () => {
    clearInterval(housekeeping);
    await app.close();
    await model.close();
  };
  try {
    const host = options.host ?? '127.0.0.1';
    const url = await app.listen({ host, port: options.port ?? identity.port ?? 0 });
    const port = Number(new URL(url).port);
    if (port !== identity.port) await rememberIdentity(stateDir, { id: identity.id, port });
    const kind =
      simulation === undefined ? '' : `SIMULATED (${simulation.latencyMs} ms an operation, no maths) `;
    options.log?.(
      `${kind}Tinker DEVELOPMENT server ${identity.id} at ${url}: base model ${config.name}, state in ${stateDir}. Not the hosted service.`,
    );
    return { url, serverId: identity.id, port, close: stop };
  } catch (error) {
    await stop();
    throw portTaken(error, stateDir);
  }
}

/** The state folder keeps its port, so the likeliest owner of a taken port is another server on the same folder. */
function portTaken(error: unknown, stateDir: string): unknown {
  if (!(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')) return error;
  const hint = `Is another server running on ${stateDir}? If not, name another port.`;
  return new Error(`The Tinker development server cannot listen: ${error.message}. ${hint}`, {
    cause: error,
  });
}
