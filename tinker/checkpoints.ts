import { z } from 'zod';
import { TinkerError } from './errors.js';
import { parseAnswer } from './http/answer.js';
import type { Transport } from './http/transport.js';
import { parseCheckpointPath } from './paths.js';

const Listed = z.object({
  tinker_path: z.string(),
  checkpoint_type: z.string().nullish(),
  time: z.string().nullish(),
  size_bytes: z.number().nullish(),
  expires_at: z.string().nullish(),
  user_metadata: z.record(z.string(), z.string()).nullish(),
});
const Listing = z.object({
  checkpoints: z.array(Listed),
  cursor: z.object({ total_count: z.number().nullish() }).nullish(),
});

/** A checkpoint on the server. */
export interface Checkpoint {
  readonly path: string;
  readonly sizeBytes?: number;
  /** ISO 8601; absent where it never expires, or where the server gives no time. */
  readonly expiresAt?: string;
  readonly userMetadata: Readonly<Record<string, string>>;
}

/**
 * Every checkpoint of a training run.
 *
 * @throws {TinkerError} not-found, where the server does not have the run.
 */
export async function listCheckpoints(
  transport: Transport,
  runId: string,
  signal?: AbortSignal,
): Promise<Checkpoint[]> {
  const listed: Checkpoint[] = [];
  for (;;) {
    // Like the Python SDK, the first request names no page; later ones do, where the listing is longer.
    const page = listed.length === 0 ? '' : `?limit=100&offset=${listed.length}`;
    const path = `training_runs/${runId}/checkpoints${page}`;
    const answer = await transport.send({ class: 'control', method: 'GET', path, signal });
    const { checkpoints, cursor } = parseAnswer(Listing, answer, path);
    for (const { tinker_path, size_bytes, expires_at, user_metadata } of checkpoints)
      listed.push({
        path: tinker_path,
        ...(typeof size_bytes === 'number' ? { sizeBytes: size_bytes } : {}),
        ...(typeof expires_at === 'string' ? { expiresAt: expires_at } : {}),
        userMetadata: user_metadata ?? {},
      });
    if (checkpoints.length === 0 || listed.length >= (cursor?.total_count ?? 0)) return listed;
  }
}

const shortestTtl = 3_600;
const longestTtl = 10 * 365 * 86_400;

/** @throws {TinkerError} invalid, where a server would refuse the time. */
export function checkTtl(seconds: number | null | undefined): void {
  if (seconds === undefined || seconds === null) return;
  if (!Number.isInteger(seconds) || seconds < shortestTtl || seconds > longestTtl)
    throw new TinkerError(
      'invalid',
      `A checkpoint cannot stay for ${seconds} seconds: it takes whole seconds from ${shortestTtl} to ${longestTtl}`,
    );
}

/** Sets how long a checkpoint stays, in seconds from now, 3600 … ten years; `null`: for good. */
export async function setCheckpointTtl(
  transport: Transport,
  path: string,
  ttlSeconds: number | null,
  signal?: AbortSignal,
): Promise<void> {
  checkTtl(ttlSeconds);
  await transport.send({
    class: 'control',
    method: 'PUT',
    path: `${restPath(path)}/ttl`,
    body: { ttl_seconds: ttlSeconds },
    signal,
  });
}

/** Deletes a checkpoint; one that does not exist counts as deleted. */
export async function deleteCheckpoint(
  transport: Transport,
  path: string,
  signal?: AbortSignal,
): Promise<void> {
  try {
    await transport.send({ class: 'control', method: 'DELETE', path: restPath(path), signal });
  } catch (error) {
    if (!(error instanceof TinkerError && error.kind === 'not-found')) throw error;
  }
}

export function restPath(path: string): string {
  const { runId, kind, name } = parseCheckpointPath(path);
  return `training_runs/${runId}/checkpoints/${kind}/${name}`;
}

const Info = z.object({
  base_model: z.string(),
  lora_rank: z.number().nullish(),
  train_mlp: z.boolean().nullish(),
  train_attn: z.boolean().nullish(),
  train_unembed: z.boolean().nullish(),
});

export interface WeightsInfo {
  readonly baseModel: string;
  readonly loraRank?: number;
  readonly trainMlp: boolean;
  readonly trainAttn: boolean;
  readonly trainUnembed: boolean;
}

/** Base model and LoRA of a checkpoint. @throws {TinkerError} not-found. */
export async function weightsInfo(
  transport: Transport,
  path: string,
  signal?: AbortSignal,
): Promise<WeightsInfo> {
  const answer = await transport.send({
    class: 'control',
    method: 'POST',
    path: 'weights_info',
    body: { tinker_path: path },
    signal,
  });
  const info = parseAnswer(Info, answer, 'weights_info');
  return {
    baseModel: info.base_model,
    ...(typeof info.lora_rank === 'number' ? { loraRank: info.lora_rank } : {}),
    trainMlp: info.train_mlp ?? true,
    trainAttn: info.train_attn ?? true,
    trainUnembed: info.train_unembed ?? true,
  };
}
