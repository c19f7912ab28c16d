import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { SegmentRecordRef, TrainSegmentResult } from '../../../core/contracts/training.js';
import type { Server } from '../../support/tinker-server.js';
import type { PreparedTraining } from '../../support/training.js';
import { defined } from '../../../core/defined.js';

const childPath = fileURLToPath(new URL('./segment-child.js', import.meta.url));

interface Line {
  readonly progress?: {
    readonly done: number;
    readonly note?: string;
    readonly resume?: { readonly sessionId: string };
  };
  readonly result?: TrainSegmentResult;
  readonly error?: string;
}

/** An attempt of a segment in a process of its own. */
export interface Attempt {
  readonly child: ChildProcess;
  /** The session of its last heartbeat. */
  readonly session: () => string | undefined;
  /** Resolves when a heartbeat satisfies `is`, or the attempt is over. */
  until(is: (progress: NonNullable<Line['progress']>) => boolean): Promise<void>;
  /** The last line, once the process is over; empty after a kill. */
  readonly ended: Promise<Pick<Line, 'result' | 'error'>>;
  kill(): Promise<void>;
}

export function startAttempt(
  server: Server,
  { store, training }: PreparedTraining,
  predecessor: SegmentRecordRef | null,
  to: number,
  previousSession?: string,
): Attempt {
  const input = { plan: training.plan, from: predecessor?.nextStep ?? 0, to, predecessor };
  const more = previousSession === undefined ? [] : [previousSession];
  const args = [childPath, store.place, server.url, JSON.stringify(input), ...more];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const told: Line[] = [];
  const watchers = new Set<() => void>();
  const lines = createInterface({ input: child.stdout });
  lines.on('line', (text) => {
    told.push(JSON.parse(text) as Line);
    for (const watcher of watchers) watcher();
  });
  const closed = once(child, 'close');
  const ended = closed.then(() => {
    const { result, error } = told.at(-1) ?? {};
    return defined({ result, error });
  });
  return {
    child,
    session: () => told.findLast(({ progress }) => progress !== undefined)?.progress?.resume?.sessionId,
    until: async (is) => {
      const seen = new Promise<void>((resolve) => {
        const look = (): void => {
          if (told.some(({ progress }) => progress !== undefined && is(progress))) resolve();
        };
        watchers.add(look);
        look();
      });
      await Promise.race([seen, closed]);
    },
    ended,
    kill: async () => {
      child.kill('SIGKILL');
      await closed;
    },
  };
}
