import { appendFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { HeadraceError } from '../../core/errors.js';
import { PartNotStartedError, shownLines } from './part.js';
import type { Part } from './part.js';
import { lastLines } from './part-log.js';
import { pauseBeforeRestart } from './restart-pause.js';

/** What happens to a part that is supervised. */
export type PartEvent =
  | {
      readonly event: 'ended';
      readonly part: string;
      /** What is known of why. */
      readonly why: string;
      readonly log: string;
      /** The pause before it starts again. */
      readonly restartsInMs: number;
    }
  | { readonly event: 'restarted'; readonly part: string };

export interface SupervisionOptions {
  /** Starts the part again. @param before - the addresses at which it served. */
  readonly startAgain: (before: Part['ready'], signal: AbortSignal) => Promise<Part>;
  readonly onEvent: (event: PartEvent) => void;
  /** Called once, where the part is not started again: it has died too often. */
  readonly onFailure: (error: unknown) => void;
  /** Waits so many milliseconds. @default a timer; tests have their own */
  readonly pause?: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** A part that is started again when it dies, with growing pauses, until it is closed or dies too often. */
export class SupervisedPart {
  readonly #options: SupervisionOptions;
  readonly #closing = new AbortController();
  readonly #kept: Promise<void>;
  #part: Part;

  constructor(part: Part, options: SupervisionOptions) {
    this.#options = options;
    this.#part = part;
    this.#kept = this.#keep().catch((error: unknown) => {
      if (!this.#closing.signal.aborted) options.onFailure(error);
    });
  }

  /** Shuts the part down and waits for its end. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#part.close();
    await this.#kept;
  }

  async #keep(): Promise<void> {
    const { startAgain, onEvent, pause = timer } = this.#options;
    const { signal } = this.#closing;
    const servedMs: number[] = [];
    let since: number | undefined = performance.now();
    let why = await this.#part.ended;
    while (!signal.aborted) {
      servedMs.push(since === undefined ? 0 : performance.now() - since);
      since = undefined;
      await pause(await this.#afterDeath(why, servedMs), signal);
      try {
        this.#part = await startAgain(this.#part.ready, signal);
      } catch (error) {
        if (!(error instanceof PartNotStartedError)) throw error;
        why = error.why;
        continue;
      }
      // Closed while it started: the part of before was shut down, which had ended already.
      if (signal.aborted) return await this.#part.close();
      onEvent({ event: 'restarted', part: this.#part.name });
      since = performance.now();
      why = await this.#part.ended;
    }
  }

  /**
   * Reports a death, and returns the pause before the next start in milliseconds.
   *
   * @throws {HeadraceError} ServerEndedError where there is none.
   */
  async #afterDeath(why: string, servedMs: readonly number[]): Promise<number> {
    const { name, logPath } = this.#part;
    const restartsInMs = pauseBeforeRestart(servedMs);
    const then = restartsInMs === undefined ? 'is not started again' : `starts again in ${restartsInMs} ms`;
    const lines = await lastLines(logPath, shownLines);
    await appendFile(logPath, `${new Date().toISOString()} ${name} has ended (${why}) and ${then}\n`);
    if (restartsInMs === undefined)
      throw new HeadraceError(
        'ServerEndedError',
        `The ${name} has ended too often within a minute, the last time with ${why}; the last lines of ${logPath}:\n${lines.join('\n')}`,
      );
    this.#options.onEvent({ event: 'ended', part: name, why, log: logPath, restartsInMs });
    return restartsInMs;
  }
}

async function timer(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal });
}
