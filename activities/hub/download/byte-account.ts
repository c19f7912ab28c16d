/** Result of the download of one file. */
export interface BlobOutcome {
  /** Bytes that arrived over the network. */
  readonly fetchedBytes: number;
  /** Bytes that an earlier attempt left. */
  readonly resumedBytes: number;
  /** The file was there already, complete. */
  readonly reused: boolean;
}

/** Callbacks for the progress of one file. */
export interface BlobListener {
  /** Called with bytes that are on the disk already; negative where bytes were discarded. */
  readonly had: (bytes: number) => void;
  /** Called with bytes that arrived. */
  readonly fetched: (bytes: number) => void;
}

/** Counts the bytes of one file. The numbers that the listener gets add up to the bytes on the disk. */
export class ByteAccount {
  fetchedBytes = 0;
  resumedBytes = 0;
  readonly #listener: BlobListener;
  #reported = 0;

  constructor(listener: BlobListener) {
    this.#listener = listener;
  }

  /** Sets the bytes of the file on the disk, of all attempts. */
  had(bytes: number): void {
    this.#listener.had(bytes - this.#reported);
    this.#reported = bytes;
  }

  /** Sets the bytes with which an attempt begins. Those before the first fetch are from earlier attempts. */
  resumed(bytes: number): void {
    if (this.fetchedBytes === 0) this.resumedBytes = bytes;
    this.had(bytes);
  }

  fetched(bytes: number): void {
    this.fetchedBytes += bytes;
    this.#reported += bytes;
    this.#listener.fetched(bytes);
  }

  /** Every byte was discarded. */
  discarded(): void {
    this.had(0);
    this.resumedBytes = 0;
  }

  /** The outcome, once the file is complete. */
  outcome(sizeBytes: number): BlobOutcome {
    this.had(sizeBytes);
    const { fetchedBytes, resumedBytes } = this;
    return { fetchedBytes, resumedBytes, reused: fetchedBytes === 0 && resumedBytes === 0 };
  }
}
