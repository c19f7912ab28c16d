import { z } from 'zod';
import { weightsInfo } from './checkpoints.js';
import { TinkerError } from './errors.js';
import { retrieveFuture, Submitted, type RequestType } from './futures.js';
import { parseAnswer } from './http/answer.js';
import type { Call, Transport } from './http/transport.js';

export interface LoraOptions {
  readonly baseModel: string;
  readonly rank: number;
  /** Seed of the LoRA's first weights. @default the server's choice */
  readonly seed?: number;
  /** @default true */
  readonly trainMlp?: boolean;
  /** @default true */
  readonly trainAttn?: boolean;
  /** @default true */
  readonly trainUnembed?: boolean;
  readonly userMetadata?: Readonly<Record<string, string>>;
}

export interface LoadOptions {
  /** True restores the optimizer's moments, false resets them. */
  readonly optimizer: boolean;
  readonly userMetadata?: Readonly<Record<string, string>>;
}

/** A model on the server, ready for its first request. */
export interface OpenModel {
  readonly modelId: string;
  /** Sequence id of the next request. */
  readonly nextSeqId: number;
}

export interface ModelCall {
  readonly transport: Transport;
  readonly sessionId: string;
  /** Position of the model in the session, from 0. */
  readonly modelSeqId: number;
  readonly signal: AbortSignal | undefined;
  readonly onWait: (message: string) => void;
}

const Created = z.object({ model_id: z.string().nullish() });

/** Creates a LoRA on a base model. */
export async function createModel(call: ModelCall, lora: LoraOptions): Promise<OpenModel> {
  const modelId = await request(call, 'CreateModel', 'create_model', {
    session_id: call.sessionId,
    model_seq_id: call.modelSeqId,
    base_model: lora.baseModel,
    user_metadata: lora.userMetadata,
    lora_config: {
      rank: lora.rank,
      seed: lora.seed,
      train_unembed: lora.trainUnembed ?? true,
      train_mlp: lora.trainMlp ?? true,
      train_attn: lora.trainAttn ?? true,
    },
    optimizer_config: { type: 'adamw' },
    type: 'create_model',
  });
  return { modelId, nextSeqId: 1 };
}

/**
 * Creates a model from a saved state. One request on the hosted service. Where the server refuses it (422,
 * `model_id` is missing), a model is created first and the state loaded into it.
 */
export async function loadModel(call: ModelCall, statePath: string, load: LoadOptions): Promise<OpenModel> {
  try {
    const modelId = await request(call, 'LoadWeights', 'load_weights', {
      session_id: call.sessionId,
      model_seq_id: call.modelSeqId,
      user_metadata: load.userMetadata,
      path: statePath,
      optimizer: load.optimizer,
      type: 'load_weights',
    });
    return { modelId, nextSeqId: 1 };
  } catch (error) {
    const wantsModel =
      error instanceof TinkerError && error.status === 422 && (error.detail ?? '').includes('model_id');
    if (!wantsModel) throw error;
    return await createThenLoad(call, statePath, load);
  }
}

async function createThenLoad(call: ModelCall, statePath: string, load: LoadOptions): Promise<OpenModel> {
  const info = await weightsInfo(call.transport, statePath, call.signal);
  const metadata = load.userMetadata === undefined ? {} : { userMetadata: load.userMetadata };
  const { modelId } = await createModel(call, { ...info, rank: info.loraRank ?? 32, ...metadata });
  await request(call, 'LoadWeights', 'load_weights', {
    model_id: modelId,
    seq_id: 1,
    path: statePath,
    optimizer: load.optimizer,
    type: 'load_weights',
  });
  return { modelId, nextSeqId: 2 };
}

/** Sends a request, waits for its future and returns the model's id. */
async function request(
  { transport, sessionId, modelSeqId, signal, onWait }: ModelCall,
  type: RequestType,
  path: string,
  body: unknown,
): Promise<string> {
  const isCreate = type === 'CreateModel';
  const call: Call = {
    class: isCreate ? 'control' : 'submit',
    method: 'POST',
    path,
    body,
    // A load names a checkpoint too, which may be what is not found.
    inSession: isCreate,
    signal,
    onRetry: onWait,
  };
  const submitted = parseAnswer(Submitted, await transport.send(call), path);
  const answer = await retrieveFuture(transport, submitted.request_id, { type, signal, onWait });
  const created = parseAnswer(Created, answer, path);
  return created.model_id ?? submitted.model_id ?? `${sessionId}:train:${modelSeqId}`;
}
