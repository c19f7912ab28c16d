import { z } from 'zod';
import { adamFields, type AdamParams } from './adam.js';
import { checkTtl, listCheckpoints } from './checkpoints.js';
import { combineOutputs } from './combine-outputs.js';
import { checkDatum, chunkDatums, type ChunkLimits, type Datum } from './datum.js';
import { TinkerError } from './errors.js';
import { isProtobuf, parseAnswer, type Answer } from './http/answer.js';
import { zstdBody } from './http/zstd.js';
import {
  checkCheckpointName,
  formatCheckpointPath,
  normaliseSavedPath,
  type CheckpointKind,
} from './paths.js';
import { pending, type Pending } from './pending.js';
import {
  Sequence,
  type FoundResult,
  type SequencedCall,
  type SequencedResult,
  type SequenceOptions,
} from './sequence.js';
import {
  decodeForwardBackwardOutput,
  encodeForwardBackward,
  parseForwardBackwardOutput,
  type ForwardBackwardBody,
  type ForwardBackwardOutput,
  type LossConfig,
} from './wire/forward-backward.js';

export interface SaveOptions {
  /** Seconds the checkpoint stays, 3600 … ten years. @default for good */
  readonly ttlSeconds?: number;
  readonly userMetadata?: Readonly<Record<string, string>>;
}

export interface TrainingClientOptions extends SequenceOptions {
  readonly chunkLimits: ChunkLimits;
  /** The server requests zstd. Without zstd in this Node bodies are sent as they are. */
  readonly compress: boolean;
}

const OptimResult = z.object({ metrics: z.record(z.string(), z.number()).nullish() });
const SaveResult = z.object({ path: z.string() });

const saveCalls = {
  weights: { type: 'SaveWeights', path: 'save_weights' },
  sampler_weights: { type: 'SaveWeightsForSampler', path: 'save_weights_for_sampler' },
  external_weights: { type: 'SaveWeightsExternal', path: 'save_weights_external' },
} as const;

/** How often the listing is read for a checkpoint whose save was refused as a duplicate. */
const listingTries = 20;
const listingPauseMs = 1_000;

/**
 * One training run. Calls take their place in the run's sequence at once and are sent in that order, so that
 * many may be in flight: submit, then await. Everything is checked before a sequence id is taken, because a
 * missing id can block a run. A submission that fails for good, or is aborted, therefore leaves the client
 * dead.
 */
export class TrainingClient {
  readonly #options: TrainingClientOptions;
  readonly #sequence: Sequence;
  /** `<kind>/<name>` of every save. */
  readonly #saved = new Set<string>();

  constructor(options: TrainingClientOptions) {
    this.#options = options;
    this.#sequence = new Sequence(options);
  }

  /** Id of the training run. */
  get modelId(): string {
    return this.#options.modelId;
  }

  /** False after a submission that failed for good: every later call fails. */
  get isAlive(): boolean {
    return this.#sequence.isAlive;
  }

  /** Log-probabilities of the batch, without a gradient. */
  forward(datums: readonly Datum[], lossFn: string, lossConfig?: LossConfig): Pending<ForwardBackwardOutput> {
    return this.#submitChunks(datums, { lossFn, lossConfig, forwardOnly: true });
  }

  /** Adds the batch's gradient to the one that the next `optimStep` applies. */
  forwardBackward(
    datums: readonly Datum[],
    lossFn: string,
    lossConfig?: LossConfig,
  ): Pending<ForwardBackwardOutput> {
    return this.#submitChunks(datums, { lossFn, lossConfig, forwardOnly: false });
  }

  /** Applies the gradient gathered since the last step. Returns the server's metrics. */
  optimStep(params: AdamParams): Pending<Readonly<Record<string, number>>> {
    const adam = adamFields(params);
    const sent = this.#sequence.submit({
      type: 'OptimStep',
      class: 'submit',
      call: (seqId) => ({
        path: 'optim_step',
        body: { model_id: this.modelId, seq_id: seqId, adam_params: adam, type: 'optim_step' },
      }),
    });
    const result = sent.result.then(
      (settled) => parseAnswer(OptimResult, answerIn(settled), 'optim_step').metrics ?? {},
    );
    return pending(sent.submitted, result);
  }

  /** Saves weights and optimizer state under `name`, to resume from. Returns the path. */
  saveState(name: string, options: SaveOptions & { readonly overwrite?: boolean } = {}): Pending<string> {
    const { ttlSeconds, overwrite = false, userMetadata } = options;
    return this.#save('weights', name, ttlSeconds, { overwrite, user_metadata: userMetadata }, overwrite);
  }

  /**
   * Whether the server refuses (409) a state under the name of an earlier one, which it else replaces. The
   * refused request has taken a sequence id, which leaves the client dead: for tests of servers.
   *
   * @throws {TinkerError} what else the server answers.
   */
  async refusesUsedName(name: string, options: Pick<SaveOptions, 'ttlSeconds'> = {}): Promise<boolean> {
    const call = this.#saveCall('weights', name, { ttl_seconds: options.ttlSeconds, overwrite: false });
    try {
      await this.#sequence.submit(call).result;
      return false;
    } catch (error) {
      if (error instanceof TinkerError && error.kind === 'conflict') return true;
      throw error;
    }
  }

  /** Saves weights under `name`, to sample from. Returns the path. */
  saveWeightsForSampler(name: string, options: SaveOptions = {}): Pending<string> {
    const { ttlSeconds, userMetadata } = options;
    return this.#save('sampler_weights', name, ttlSeconds, { kind: 'snapshot', user_metadata: userMetadata });
  }

  /**
   * Exports the adapter in Hugging Face form under `name`, for {@link Tinker.downloadAdapter}. Returns the
   * path, `tinker://…/external_weights/…`.
   */
  saveWeightsExternal(name: string, options: Pick<SaveOptions, 'ttlSeconds'> = {}): Pending<string> {
    return this.#save('external_weights', name, options.ttlSeconds, {});
  }

  #submitChunks(
    datums: readonly Datum[],
    loss: Pick<ForwardBackwardBody, 'lossFn' | 'lossConfig' | 'forwardOnly'>,
  ): Pending<ForwardBackwardOutput> {
    if (datums.length === 0)
      throw new TinkerError('invalid', 'A batch without datums is refused before it is sent');
    for (const [index, datum] of datums.entries()) checkDatum(datum, loss.lossFn, index);
    const chunks = chunkDatums(datums, this.#options.chunkLimits);
    const parts = chunks.map((data) =>
      this.#sequence.submit({
        type: loss.forwardOnly ? 'Forward' : 'ForwardBackward',
        class: 'submit',
        call: (seqId) => {
          const bytes = encodeForwardBackward({ modelId: this.modelId, seqId, data, ...loss });
          return {
            path: 'forward_backward',
            ...(this.#options.compress ? zstdBody(bytes) : { body: bytes }),
          };
        },
      }),
    );
    const submitted = Promise.all(parts.map((part) => part.submitted)).then(() => undefined);
    const counts = chunks.map((chunk) => chunk.length);
    const result = Promise.all(parts.map(async (part) => outputOf(answerIn(await part.result)))).then(
      (outputs) => combineOutputs(outputs, counts),
    );
    return pending(submitted, result);
  }

  #save(
    kind: CheckpointKind,
    name: string,
    ttlSeconds: number | undefined,
    fields: Readonly<Record<string, unknown>>,
    overwrite = false,
  ): Pending<string> {
    checkCheckpointName(name);
    checkTtl(ttlSeconds);
    const slot = `${kind}/${name}`;
    if (this.#saved.has(slot) && !overwrite)
      throw new TinkerError(
        'invalid',
        `This run has saved ${slot} already; give the checkpoint another name`,
      );
    this.#saved.add(slot);
    const call = this.#saveCall(kind, name, { ttl_seconds: ttlSeconds, ...fields });
    const sent = this.#sequence.submit({
      ...call,
      onConflict: (error) => this.#findSaved(error, kind, name),
    });
    const result = sent.result.then((settled) =>
      'found' in settled
        ? settled.found.path
        : normaliseSavedPath(parseAnswer(SaveResult, settled.answer, call.type).path, kind),
    );
    return pending(sent.submitted, result);
  }

  #saveCall(
    kind: CheckpointKind,
    name: string,
    fields: Readonly<Record<string, unknown>>,
  ): Omit<SequencedCall, 'onConflict'> {
    const { type, path } = saveCalls[kind];
    return {
      type,
      class: 'save',
      call: (seqId) => ({
        path,
        body: { model_id: this.modelId, path: name, seq_id: seqId, ...fields, type: path },
      }),
    };
  }

  /**
   * The name is taken in a run that only this client writes to: the save arrived and its answer was lost.
   * Returns the path once the listing of the run has it.
   */
  async #findSaved(error: TinkerError, kind: CheckpointKind, name: string): Promise<FoundResult> {
    const { transport, signal } = this.#options;
    const path = formatCheckpointPath({ runId: this.modelId, kind, name });
    for (let tries = 0; tries < listingTries; tries += 1) {
      if (tries > 0) await transport.clock.sleep(listingPauseMs, signal);
      const listed = await listCheckpoints(transport, this.modelId, signal);
      if (listed.some((each) => each.path === path)) return { path };
    }
    throw new TinkerError('conflict', `${error.message}; and the listing of the run never had ${path}`, {
      cause: error,
    });
  }
}

function answerIn(settled: SequencedResult): Answer {
  if ('answer' in settled) return settled.answer;
  throw new TinkerError('protocol', 'Only a save can be found in a listing');
}

function outputOf(answer: Answer): ForwardBackwardOutput {
  return isProtobuf(answer)
    ? decodeForwardBackwardOutput(answer.bytes)
    : parseForwardBackwardOutput(answer.json());
}
