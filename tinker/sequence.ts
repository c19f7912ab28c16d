import { describeFailure, TinkerError } from './errors.js';
import { retrieveFuture, Submitted, type RequestType } from './futures.js';
import { pending, type Pending } from './pending.js';
import { parseAnswer, type Answer, type Call, type Transport } from './transport.js';

export interface SequenceOptions {
  readonly transport: Transport;
  readonly modelId: string;
  /** Id of the next request: 1, or 2 after a legacy load. */
  readonly nextSeqId: number;
  readonly signal?: AbortSignal | undefined;
  readonly onWait?: ((message: string) => void) | undefined;
}

export interface SequencedCall {
  readonly type: RequestType;
  readonly class: 'submit' | 'save';
  /** The call, given its sequence id. */
  readonly call: (seqId: number) => Pick<Call, 'path' | 'body' | 'contentEncoding'>;
  /** Another way to the result where the server answers 409. */
  readonly onConflict?: (error: TinkerError) => Promise<Adopted>;
}

/** A result that was found instead of returned. */
export interface Adopted {
  readonly path: string;
}
export type Settled = { readonly answer: Answer } | { readonly adopted: Adopted };

/**
 * The order of a training run's requests. Ids are taken at once, requests are sent one after the other in that order,
 * results are polled side by side. A request that does not get through leaves a hole that a server may wait for
 * forever, so the sequence is dead from then on.
 */
export class Sequence {
  private nextSeqId: number;
  private turn: Promise<void> = Promise.resolve();
  private death: TinkerError | undefined;

  constructor(private readonly options: SequenceOptions) {
    this.nextSeqId = options.nextSeqId;
  }

  get isAlive(): boolean {
    return this.death === undefined;
  }

  /** Gives the call its place. @throws {TinkerError} dead. */
  submit(request: SequencedCall): Pending<Settled> {
    if (this.death !== undefined) throw this.death;
    const seqId = this.nextSeqId++;
    const turn = this.turn.then(() => this.send(request, seqId));
    this.turn = turn.then(
      () => undefined,
      () => undefined,
    );
    const { transport, signal, onWait } = this.options;
    const result = turn.then(async (sent): Promise<Settled> => {
      if ('adopted' in sent) return sent;
      return {
        answer: await retrieveFuture(transport, sent.requestId, { type: request.type, signal, onWait }),
      };
    });
    return pending(
      turn.then(() => undefined),
      result,
    );
  }

  private async send(
    request: SequencedCall,
    seqId: number,
  ): Promise<{ readonly requestId: string } | { readonly adopted: Adopted }> {
    if (this.death !== undefined) throw this.death;
    const { transport, modelId, signal, onWait } = this.options;
    try {
      try {
        const call = request.call(seqId);
        const answer = await transport.send({
          class: request.class,
          method: 'POST',
          ...call,
          inSession: true,
          signal,
          onRetry: onWait,
        });
        return { requestId: parseAnswer(Submitted, answer, request.type).request_id };
      } catch (error) {
        const isConflict = error instanceof TinkerError && error.kind === 'conflict';
        if (!isConflict || request.onConflict === undefined) throw error;
        return { adopted: await request.onConflict(error) };
      }
    } catch (error) {
      const what = `request ${seqId} (${request.type}) did not get through`;
      this.death = new TinkerError(
        'dead',
        `The training client of ${modelId} is dead: ${what}: ${describeFailure(error)}`,
        { cause: error },
      );
      throw error;
    }
  }
}
