import type { PartMessage } from '../../dev/stack/part.js';
import { say } from '../text/output.js';

/**
 * How a command that serves until it is ended is started and ended: from a terminal, or as a part of
 * `headrace dev` by a parent process with an IPC channel.
 */
export interface ParentProcess {
  /** Aborted when this process is to end: SIGINT, SIGTERM, or the parent is gone. */
  readonly signal: AbortSignal;
  /** Passes a line for a person on to the parent; without a parent it goes to stderr. */
  say(line: string): void;
  /** Reports to the parent, if there is one, that this process serves at these addresses. */
  ready(addresses: Readonly<Record<string, string>>): void;
}

export function parentProcess(): ParentProcess {
  const ended = new AbortController();
  const end = (): void => ended.abort();
  process.once('SIGINT', end);
  process.once('SIGTERM', end);
  const hasParent = process.send !== undefined;
  if (hasParent) process.once('disconnect', end);
  // The parent may have ended before this line ran.
  if (hasParent && !process.connected) end();
  const send = (message: PartMessage): void => {
    if (process.connected) process.send?.(message);
  };
  return {
    signal: ended.signal,
    say: (line) => (hasParent ? send({ say: line }) : say(line)),
    ready: (addresses) => send({ ready: addresses }),
  };
}
