import { Problem } from '../problem.js';

interface Submitted {
  readonly bodyHash: string;
  readonly requestId: string;
}

interface Job extends Submitted {
  readonly seqId: number;
  /** Does not reject: failures become outcomes. */
  readonly run: () => Promise<void>;
}

/**
 * Runs a model's requests in the order of their sequence ids, whatever the order of their arrival. A missing
 * id blocks all later ones until it arrives: a client must notice that it has lost a request.
 */
export class Sequencer {
  #nextSeqId = 1;
  readonly #pending = new Map<number, Job>();
  readonly #submitted = new Map<number, Submitted>();
  #draining = false;
  #closed = false;

  /** Nothing was ever submitted. */
  get untouched(): boolean {
    return this.#submitted.size === 0;
  }

  /**
   * The request id of an equal earlier submission, or undefined where the id is new.
   *
   * @throws {Problem} 409 where the id was used with another body.
   */
  earlier(seqId: number, bodyHash: string): string | undefined {
    const earlier = this.#submitted.get(seqId);
    if (earlier !== undefined && earlier.bodyHash !== bodyHash)
      throw new Problem(
        409,
        `Training request sequence number was reused: ${seqId} came with another body before`,
      );
    return earlier?.requestId;
  }

  submit(job: Job): void {
    this.#submitted.set(job.seqId, { bodyHash: job.bodyHash, requestId: job.requestId });
    this.#pending.set(job.seqId, job);
    if (!this.#draining) void this.#drain();
  }

  /** Nothing starts any more. */
  close(): void {
    this.#closed = true;
    this.#pending.clear();
  }

  async #drain(): Promise<void> {
    this.#draining = true;
    for (;;) {
      const job = this.#pending.get(this.#nextSeqId);
      if (job === undefined || this.#closed) break;
      await job.run();
      this.#pending.delete(job.seqId);
      this.#nextSeqId += 1;
    }
    this.#draining = false;
  }
}
