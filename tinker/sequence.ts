import { describeFailure, TinkerError } from './errors.js';
import { retrieveFuture, Submitted, type RequestType } from './futures.js';
import { parseAnswer, type Answer } from './http/answer.js';
import type { Call, Transport } from './http/transport.js';
import { pending, type Pending } from './pending.js';

export interface SequenceOptions {
  readonly transport: Transport;
  readonly modelId: string;
  /** Id of the next request: 1, or 2 where the state was loaded into a new model. */
  readonly nextSeqId: number;
  readonly signal?: AbortSignal | undefined;
  readonly onWait?: ((message: string) => void) | undefined;
}

export interface SequencedCall {
  readonly type: RequestType;
  readonly class: 'submit' | 'save';
  /** The call, given its sequence id. */
  readonly call: (seqId: number) => Pick<Call, 'path' | 'body' | 'contentEncoding'>;
  /** Finds the result in another way where the server answers 409. */
  readonly onConflict?: (error: TinkerError) => Promise<FoundResult>;
}

/** The result of a save whose answer was lost. */
export interface FoundResult {
  readonly path: string;
}

export type SequencedResult = { readonly answer: Answer } | { readonly found: FoundResult };

type Sent = { readonly requestId: string } | { readonly found: FoundResult };

/**
 * The order of a training run's requests. Ids are taken at once, requests are sent one after another in that
 * order, results are polled side by side. A request that does not get through leaves a gap that a server may
 * wait for forever, so the sequence is dead from then on.
 */
export class Sequence {
  readonly #options: SequenceOptions;
  #nextSeqId: number;
  /** Settles when the last request has been sent. */
  #lastSent: Promise<unknown> = Promise.resolve();
  #death: TinkerError | undefined;

  constructor(options: SequenceOptions) {
    this.#options = options;
    this.#nextSeqId = options.nextSeqId;
  }

  get isAlive(): boolean {
    return this.#death === undefined;
  }

  /** Gives the call the next sequence id and sends it in its turn. @throws {TinkerError} dead. */
  submit(request: SequencedCall): Pending<SequencedResult> {
    if (this.#death !== undefined) throw this.#death;
    const seqId = this.#nextSeqId;
    this.#nextSeqId += 1;
    const sent = this.#lastSent.then(() => this.#send(request, seqId));
    this.#lastSent = sent.catch(() => undefined);
    return pending(
      sent.then(() => undefined),
      sent.then((each) => this.#resultOf(each, request.type)),
    );
  }

  async #resultOf(sent: Sent, type: RequestType): Promise<SequencedResult> {
    if ('found' in sent) return sent;
    const { transport, signal, onWait } = this.#options;
    return { answer: await retrieveFuture(transport, sent.requestId, { type, signal, onWait }) };
  }

  async #send(request: SequencedCall, seqId: number): Promise<Sent> {
    if (this.#death !== undefined) throw this.#death;
    try {
      return await this.#sendOrFind(request, seqId);
    } catch (error) {
      const what = `request ${seqId} (${request.type}) did not get through`;
      this.#death = new TinkerError(
        'dead',
        `The training client of ${this.#options.modelId} is dead: ${what}: ${describeFailure(error)}`,
        { cause: error },
      );
      throw error;
    }
  }

  async #sendOrFind(
    { type, class: callClass, call, onConflict }: SequencedCall,
    seqId: number,
  ): Promise<Sent> {
    const { transport, signal, onWait } = this.#options;
    try {
      const answer = await transport.send({
        class: callClass,
        method: 'POST',
        ...call(seqId),
        inSession: true,
        signal,
        onRetry: onWait,
      });
      return { requestId: parseAnswer(Submitted, answer, type).request_id };
    } catch (error) {
      const isConflict = error instanceof TinkerError && error.kind === 'conflict';
      if (!isConflict || onConflict === undefined) throw error;
      return { found: await onConflict(error) };
    }
  }
}
