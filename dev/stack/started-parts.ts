import { EventEmitter, once } from 'node:events';
import { join } from 'node:path';
import { startPart } from './part.js';
import type { Part } from './part.js';
import { samePorts } from './same-ports.js';
import { SupervisedPart } from './supervised-part.js';
import type { PartEvent } from './supervised-part.js';

export type ServerName = 'temporal' | 'hub' | 'tinker' | 's3';
export type WorkerName = 'worker' | 'second worker';
export type PartName = ServerName | WorkerName;

export interface StartedPartsOptions {
  /** Path of the compiled program `headrace`, which runs the parts. */
  readonly program: string;
  /** Place of the store. */
  readonly store: string;
  /** Folder of this machine for work on the store. State and logs of the servers go into its folder `dev`. */
  readonly workplace: string;
  /** Called with each line that a part sends about its start. */
  readonly log: (line: string) => void;
  /** Called when a part that has served dies, and when it serves again. */
  readonly onEvent: (event: PartEvent) => void;
  /** Aborts the first start of a part. */
  readonly signal: AbortSignal;
}

const closingOrder: readonly PartName[] = ['second worker', 'worker', 'tinker', 'hub', 'temporal', 's3'];

/** The parts of a stack that were started. Each that dies is started again at the same addresses. */
export class StartedParts {
  /** The addresses at which they serve. */
  readonly ready = new Map<PartName, Part['ready']>();
  /** Those that have died and do not serve again yet. */
  readonly down = new Set<string>();
  readonly #failed = new AbortController();
  /** Aborted when a part has died too often, with the error as its reason. */
  readonly failed = this.#failed.signal;
  readonly #options: StartedPartsOptions;
  readonly #supervised = new Map<PartName, SupervisedPart>();
  readonly #changes = new EventEmitter();

  constructor(options: StartedPartsOptions) {
    this.#options = options;
  }

  /**
   * Starts a part, and supervises it from then on.
   *
   * @param args - arguments of `headrace`.
   * @throws {PartNotStartedError} where it ends before it serves; the signal's reason where it is aborted.
   */
  async start(name: PartName, args: readonly string[], env: Readonly<Record<string, string>>): Promise<void> {
    const { program, store, workplace, log, signal } = this.#options;
    const logPath = join(workplace, 'dev', 'logs', `${name.replace(' ', '-')}.log`);
    const common = { name, program, env: { HEADRACE_STORE: store, ...env }, logPath, log };
    // With stacks of errors, for the log.
    const own = ['--debug', ...args];
    const part = await startPart({ ...common, args: own, signal: AbortSignal.any([signal, this.failed]) });
    this.ready.set(name, part.ready);
    const supervised = new SupervisedPart(part, {
      startAgain: async (before, closing) => {
        // A worker ends where Temporal or its store does not answer when it starts.
        if (name === 'worker' || name === 'second worker')
          await this.#untilServes(['temporal', 's3'], closing);
        return await startPart({ ...common, args: [...own, ...samePorts(before)], signal: closing });
      },
      onEvent: (event) => this.#note(event),
      onFailure: (error) => this.#failed.abort(error),
    });
    this.#supervised.set(name, supervised);
  }

  /** Shuts the parts down, the worker first. */
  async close(): Promise<void> {
    for (const name of closingOrder) await this.#supervised.get(name)?.close();
  }

  async #untilServes(names: readonly ServerName[], signal: AbortSignal): Promise<void> {
    while (names.some((name) => this.down.has(name))) await once(this.#changes, 'serves', { signal });
  }

  #note(event: PartEvent): void {
    if (event.event === 'ended') this.down.add(event.part);
    else {
      this.down.delete(event.part);
      this.#changes.emit('serves');
    }
    this.#options.onEvent(event);
  }
}
