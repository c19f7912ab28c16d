import * as zlib from 'node:zlib';
import { z } from 'zod';
import { checkTtl, listCheckpoints } from './checkpoints.js';
import { combineOutputs } from './combine.js';
import { checkDatum, chunkDatums, type ChunkLimits, type Datum } from './datum.js';
import { TinkerError } from './errors.js';
import { isProtobuf } from './futures.js';
import {
  checkCheckpointName,
  formatCheckpointPath,
  normaliseSavedPath,
  type CheckpointKind,
} from './paths.js';
import { pending, type Pending } from './pending.js';
import {
  Sequence,
  type Adopted,
  type SequencedCall,
  type SequenceOptions,
  type Settled,
} from './sequence.js';
import { parseAnswer, type Answer, type Call } from './transport.js';
import {
  decodeForwardBackwardOutput,
  encodeForwardBackward,
  parseForwardBackwardOutput,
  type ForwardBackwardOutput,
  type LossConfig,
} from './wire/forward-backward.js';

/** AdamW, as one `optim_step` uses it. */
export interface AdamParams {
  readonly learningRate: number;
  /** @default 0.9 */
  readonly beta1?: number;
  /** @default 0.95 */
  readonly beta2?: number;
  /** @default 1e-12 */
  readonly eps?: number;
  /** @default 0 */
  readonly weightDecay?: number;
  /** 0: no clipping. @default 0 */
  readonly gradClipNorm?: number;
}

export interface SaveOptions {
  /** Seconds the checkpoint stays, 3600 … ten years. @default for good */
  readonly ttlSeconds?: number;
  readonly userMetadata?: Readonly<Record<string, string>>;
}

export interface TrainingClientOptions extends SequenceOptions {
  readonly chunkLimits: ChunkLimits;
  /** The server asked for zstd; used where this Node has it. */
  readonly compress: boolean;
}

const OptimResult = z.object({ metrics: z.record(z.string(), z.number()).nullish() });
const SaveResult = z.object({ path: z.string() });

const saveTypes = {
  weights: 'SaveWeights',
  sampler_weights: 'SaveWeightsForSampler',
  external_weights: 'SaveWeightsExternal',
} as const;

/** How long the listing is asked for a checkpoint whose save was refused as a duplicate. */
const adoptTries = 20;
const adoptPauseMs = 1_000;

/**
 * One training run. Calls take their place in the run's sequence at once and are sent in that order, so a caller may
 * have many in flight: submit, then await. Everything is checked before a sequence id is taken, because a missing id
 * can block a run; a submission that fails for good, or is aborted, therefore leaves the client dead.
 */
export class TrainingClient {
  private readonly sequence: Sequence;
  private readonly savedNames = new Set<string>();

  constructor(private readonly options: TrainingClientOptions) {
    this.sequence = new Sequence(options);
  }

  /** The run's id. */
  get modelId(): string {
    return this.options.modelId;
  }

  /** False after an unrecoverable submission: every later call fails. */
  get isAlive(): boolean {
    return this.sequence.isAlive;
  }

  /** Log-probabilities of the batch, without a gradient. */
  forward(datums: readonly Datum[], lossFn: string, lossConfig?: LossConfig): Pending<ForwardBackwardOutput> {
    return this.submitChunks(datums, lossFn, lossConfig, true);
  }

  /** Adds the batch's gradient to what the next `optimStep` uses. */
  forwardBackward(
    datums: readonly Datum[],
    lossFn: string,
    lossConfig?: LossConfig,
  ): Pending<ForwardBackwardOutput> {
    return this.submitChunks(datums, lossFn, lossConfig, false);
  }

  /** Applies the gradient gathered since the last step. Returns the server's metrics. */
  optimStep(params: AdamParams): Pending<Readonly<Record<string, number>>> {
    const adam = {
      learning_rate: params.learningRate,
      beta1: params.beta1 ?? 0.9,
      beta2: params.beta2 ?? 0.95,
      eps: params.eps ?? 1e-12,
      weight_decay: params.weightDecay ?? 0,
      grad_clip_norm: params.gradClipNorm ?? 0,
    };
    for (const [name, value] of Object.entries(adam))
      if (!Number.isFinite(value) || value < 0 || (name.startsWith('beta') && value >= 1))
        throw new TinkerError('invalid', `optim_step is refused before it is sent: ${name} is ${value}`);
    const sent = this.sequence.submit({
      type: 'OptimStep',
      class: 'submit',
      call: (seqId) => ({
        path: 'optim_step',
        body: { model_id: this.modelId, seq_id: seqId, adam_params: adam, type: 'optim_step' },
      }),
    });
    const result = sent.result.then(
      (settled) => parseAnswer(OptimResult, answerOf(settled), 'optim_step').metrics ?? {},
    );
    return pending(sent.submitted, result);
  }

  /** Saves weights and optimizer state under `name`, to resume from. Returns the path. */
  saveState(name: string, options: SaveOptions & { readonly overwrite?: boolean } = {}): Pending<string> {
    return this.save('weights', name, options, (seqId) => ({
      path: 'save_weights',
      body: {
        model_id: this.modelId,
        path: name,
        seq_id: seqId,
        ttl_seconds: options.ttlSeconds,
        overwrite: options.overwrite ?? false,
        user_metadata: options.userMetadata,
        type: 'save_weights',
      },
    }));
  }

  /** Saves weights under `name`, to sample from. Returns the path. */
  saveWeightsForSampler(name: string, options: SaveOptions = {}): Pending<string> {
    return this.save('sampler_weights', name, options, (seqId) => ({
      path: 'save_weights_for_sampler',
      body: {
        model_id: this.modelId,
        path: name,
        kind: 'snapshot',
        seq_id: seqId,
        ttl_seconds: options.ttlSeconds,
        user_metadata: options.userMetadata,
        type: 'save_weights_for_sampler',
      },
    }));
  }

  /**
   * Exports the adapter in Hugging Face form under `name`: files that {@link Tinker.downloadAdapter} fetches. Returns the path,
   * `tinker://…/external_weights/…`.
   */
  saveWeightsExternal(name: string, options: Pick<SaveOptions, 'ttlSeconds'> = {}): Pending<string> {
    return this.save('external_weights', name, options, (seqId) => ({
      path: 'save_weights_external',
      body: {
        model_id: this.modelId,
        path: name,
        seq_id: seqId,
        ttl_seconds: options.ttlSeconds,
        type: 'save_weights_external',
      },
    }));
  }

  private submitChunks(
    datums: readonly Datum[],
    lossFn: string,
    lossConfig: LossConfig | undefined,
    forwardOnly: boolean,
  ): Pending<ForwardBackwardOutput> {
    if (datums.length === 0)
      throw new TinkerError('invalid', 'A batch without datums is refused before it is sent');
    for (const [index, datum] of datums.entries()) checkDatum(datum, lossFn, index);
    const chunks = chunkDatums(datums, this.options.chunkLimits);
    const config = lossConfig === undefined ? {} : { lossConfig };
    const parts = chunks.map((data) =>
      this.sequence.submit({
        type: forwardOnly ? 'Forward' : 'ForwardBackward',
        class: 'submit',
        call: (seqId) => {
          const body = { modelId: this.modelId, seqId, data, lossFn, forwardOnly, ...config };
          return { path: 'forward_backward', ...this.compressed(encodeForwardBackward(body)) };
        },
      }),
    );
    const submitted = Promise.all(parts.map((part) => part.submitted)).then(() => undefined);
    const counts = chunks.map((chunk) => chunk.length);
    const result = Promise.all(parts.map(async (part) => outputOf(answerOf(await part.result)))).then(
      (outputs) => combineOutputs(outputs, counts),
    );
    return pending(submitted, result);
  }

  private save(
    kind: CheckpointKind,
    name: string,
    options: SaveOptions & { readonly overwrite?: boolean },
    call: SequencedCall['call'],
  ): Pending<string> {
    checkCheckpointName(name);
    checkTtl(options.ttlSeconds);
    const slot = `${kind}/${name}`;
    if (this.savedNames.has(slot) && options.overwrite !== true)
      throw new TinkerError(
        'invalid',
        `This run has saved ${slot} already; give the checkpoint another name`,
      );
    this.savedNames.add(slot);
    const type = saveTypes[kind];
    const onConflict = (error: TinkerError): Promise<Adopted> => this.adopt(error, kind, name);
    const sent = this.sequence.submit({ type, class: 'save', call, onConflict });
    const result = sent.result.then((settled) =>
      'adopted' in settled
        ? settled.adopted.path
        : normaliseSavedPath(parseAnswer(SaveResult, settled.answer, type).path, kind),
    );
    return pending(sent.submitted, result);
  }

  /**
   * The name is taken, in a run that only this client writes to: the save arrived and its answer was lost.
   * Returns the path once the run's listing has it.
   */
  private async adopt(error: TinkerError, kind: CheckpointKind, name: string): Promise<Adopted> {
    const { transport, signal } = this.options;
    const path = formatCheckpointPath({ runId: this.modelId, kind, name });
    for (let tries = 0; tries < adoptTries; tries++) {
      if (tries > 0) await transport.clock.sleep(adoptPauseMs, signal);
      const listed = await listCheckpoints(transport, this.modelId, signal);
      if (listed.some((each) => each.path === path)) return { path };
    }
    throw new TinkerError('conflict', `${error.message}; and the listing of the run never had ${path}`, {
      cause: error,
    });
  }

  private compressed(bytes: Uint8Array): Pick<Call, 'body' | 'contentEncoding'> {
    const zstd = 'zstdCompressSync' in zlib ? zlib.zstdCompressSync : undefined;
    if (!this.options.compress || typeof zstd !== 'function') return { body: bytes };
    return { body: (zstd as (input: Uint8Array) => Uint8Array)(bytes), contentEncoding: 'zstd' };
  }
}

function answerOf(settled: Settled): Answer {
  if ('answer' in settled) return settled.answer;
  throw new TinkerError('protocol', 'Only a save can be adopted');
}

function outputOf(answer: Answer): ForwardBackwardOutput {
  return isProtobuf(answer)
    ? decodeForwardBackwardOutput(answer.bytes)
    : parseForwardBackwardOutput(answer.json());
}
