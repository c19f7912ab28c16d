import type { PartMessage } from '../../dev/stack/part.js';
import { say, surviveClosedOutput } from '../text/output.js';

/**
 * The terminal or parent process that started a server or worker. `headrace dev` is a parent with an IPC
 * channel.
 */
export interface ParentProcess {
  /** Aborted by SIGINT, SIGTERM and the end of the parent. */
  readonly signal: AbortSignal;
  /** Whether it is `headrace dev` or `headrace demo`, which names every server in the environment. */
  readonly isHeadrace: boolean;
  /** Sends a line to the parent; without a parent, writes it to stderr. */
  log(line: string): void;
  /** Sends the addresses at which this process serves to the parent, if there is one. */
  ready(addresses: Readonly<Record<string, string>>): void;
}

/**
 * Returns the parent of this process, and handles SIGINT and SIGTERM from then on. The process goes on when
 * nobody reads its output any more.
 */
export function parentProcess(): ParentProcess {
  surviveClosedOutput();
  const ended = new AbortController();
  const end = (): void => ended.abort();
  process.once('SIGINT', end);
  process.once('SIGTERM', end);
  const hasParent = process.send !== undefined;
  if (hasParent) process.once('disconnect', end);
  // The parent may have ended before the listener was added.
  if (hasParent && !process.connected) end();
  const send = (message: PartMessage): void => {
    if (process.connected) process.send?.(message);
  };
  return {
    signal: ended.signal,
    isHeadrace: hasParent,
    log: (line) => (hasParent ? send({ log: line }) : say(line)),
    ready: (addresses) => send({ ready: addresses }),
  };
}
