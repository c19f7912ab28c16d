/** One request to either origin. */
export interface RequestRecord {
  readonly origin: 'hub' | 'storage';
  readonly method: string;
  readonly path: string;
  readonly range: string | undefined;
  readonly hasAuthorization: boolean;
}

export interface HubStats {
  /** By `datasets/<id>/<path>`: body bytes written to sockets, and responses with a body. */
  readonly files: Readonly<Record<string, { readonly bytes: number; readonly responses: number }>>;
  readonly bytes: number;
  readonly requests: { readonly hub: number; readonly storage: number };
  /** The largest number of connections that sent files at one time. */
  readonly mostAtOnce: number;
  /** Requests to the second origin with an Authorization header: each leaks a token. */
  readonly authorizationsAtStorage: number;
}

/** Counts the bytes of one response. */
export interface ResponseRecorder {
  readonly sent: (bytes: number) => void;
  readonly ended: () => void;
}

const keptRequests = 10_000;

/** Counts requests and the bytes of files. */
export class Recorder {
  readonly #files = new Map<string, { bytes: number; responses: number }>();
  #counts = { hub: 0, storage: 0 };
  #leaked = 0;
  readonly #underWay = new Map<object, number>();
  #mostAtOnce = 0;
  #kept: RequestRecord[] = [];

  request(record: RequestRecord): void {
    this.#counts[record.origin] += 1;
    if (record.origin === 'storage' && record.hasAuthorization) this.#leaked += 1;
    if (this.#kept.length < keptRequests) this.#kept.push(record);
  }

  response(file: string, connection: object): ResponseRecorder {
    const entry = this.#files.get(file) ?? { bytes: 0, responses: 0 };
    this.#files.set(file, entry);
    entry.responses += 1;
    // A connection may start its next response before the end of the last one is recorded.
    this.#underWay.set(connection, (this.#underWay.get(connection) ?? 0) + 1);
    this.#mostAtOnce = Math.max(this.#mostAtOnce, this.#underWay.size);
    return {
      sent: (bytes) => {
        entry.bytes += bytes;
      },
      ended: () => {
        const others = (this.#underWay.get(connection) ?? 1) - 1;
        if (others === 0) this.#underWay.delete(connection);
        else this.#underWay.set(connection, others);
      },
    };
  }

  reset(): void {
    this.#files.clear();
    this.#counts = { hub: 0, storage: 0 };
    this.#leaked = 0;
    this.#mostAtOnce = this.#underWay.size;
    this.#kept = [];
  }

  requests(): readonly RequestRecord[] {
    return [...this.#kept];
  }

  stats(): HubStats {
    const files = Object.fromEntries([...this.#files].map(([name, entry]) => [name, { ...entry }]));
    return {
      files,
      bytes: Object.values(files).reduce((sum, entry) => sum + entry.bytes, 0),
      requests: { ...this.#counts },
      mostAtOnce: this.#mostAtOnce,
      authorizationsAtStorage: this.#leaked,
    };
  }
}
