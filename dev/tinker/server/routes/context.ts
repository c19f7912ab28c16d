import { createHash } from 'node:crypto';
import { stableJson } from '../../../../core/stable-json.js';
import type { ModelConfig } from '../../model/config.js';
import type { ComputeHost } from '../../model/host.js';
import type { SimulatedHost } from '../../model/simulated-host.js';
import type { CheckpointStore } from '../checkpoints/checkpoint-store.js';
import { Problem } from '../problem.js';
import type { Billing } from '../state/billing.js';
import type { ExpiryClock } from '../state/expiry-clock.js';
import type { Faults } from '../state/faults.js';
import type { Futures } from '../state/futures.js';
import type { OperationLog } from '../state/operation-log.js';
import type { Samplers } from '../state/samplers.js';
import type { Sessions } from '../state/sessions.js';
import type { TrainingModels } from '../state/training-models.js';

/** A base model by the name that clients give it. */
export interface Offer {
  readonly name: string;
  /** Longest sequence, in tokens. */
  readonly contextLength: number;
}

/** The state that the routes share. */
export interface ServerContext {
  readonly serverId: string;
  /** Absolute. */
  readonly modelDir: string;
  readonly config: ModelConfig;
  /** The names of the model, its own first. */
  readonly offers: readonly Offer[];
  readonly host: ComputeHost;
  readonly checkpoints: CheckpointStore;
  readonly sessions: Sessions;
  readonly models: TrainingModels;
  readonly samplers: Samplers;
  readonly futures: Futures;
  readonly log: OperationLog;
  readonly billing: Billing;
  readonly faults: Faults;
  /** The host, where it is a simulation. */
  readonly simulation: SimulatedHost | undefined;
  /** Longest time a `retrieve_future` is held, in milliseconds. */
  readonly longPollMs: number;
  readonly clock: ExpiryClock;
}

/** The field by which clients recognise this server, and find its tokenizer. */
export function serverBlock({ serverId, modelDir, simulation }: ServerContext): Record<string, unknown> {
  const simulated = simulation === undefined ? {} : { simulated: { latency_ms: simulation.latencyMs } };
  return { headrace_dev_server: { id: serverId, development: true, model_dir: modelDir, ...simulated } };
}

/** A hash of a request's body, independent of the order of its keys. */
export function hashBody(body: unknown): string {
  const bytes = body instanceof Uint8Array ? body : stableJson(body);
  return createHash('sha256').update(bytes).digest('hex');
}

/** @throws {Problem} 400 naming the models there are. */
export function checkBaseModel({ offers }: ServerContext, baseModel: string): void {
  const names = offers.map(({ name }) => name);
  if (!names.includes(baseModel))
    throw new Problem(
      400,
      `Base model "${baseModel}" is not offered; this server offers: ${names.join(', ')}`,
    );
}

/** @throws {Problem} 400 where a token is outside the vocabulary or the sequence does not fit the context. */
export function checkTokens(
  { config }: ServerContext,
  what: string,
  tokens: ArrayLike<number>,
  alsoIn: ArrayLike<number> = [],
): void {
  if (tokens.length > config.contextLength)
    throw new Problem(
      400,
      `${what} has ${tokens.length} tokens; ${config.name} takes ${config.contextLength}`,
    );
  for (const token of [...Array.from(tokens), ...Array.from(alsoIn)])
    if (token < 0 || token >= config.vocabSize)
      throw new Problem(
        400,
        `${what} has token ${token}; ${config.name} has ids 0 to ${config.vocabSize - 1}`,
      );
}
