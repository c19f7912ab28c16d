import { parentPort } from 'node:worker_threads';
import { messageOf } from '../../../core/errors.js';
import { writeAll } from '../../../files/file-writer.js';
import { ConnectionPool } from '../http/connection-pool.js';
import type { DirectConnection } from '../http/direct-connection.js';

/** To the thread. A `get` writes the bytes `[start, end)` of a file of `sizeBytes` to their place. */
export type TransferOrder =
  | {
      readonly kind: 'get';
      readonly id: number;
      readonly url: string;
      readonly headers: Readonly<Record<string, string>>;
      readonly descriptor: number;
      readonly start: number;
      /** exclusive */
      readonly end: number;
      readonly sizeBytes: number;
    }
  | { readonly kind: 'pause' | 'resume' | 'stop'; readonly id: number };

/** From the thread: `wrote` as bytes are written, and at last one of the others. */
export type TransferNews =
  | { readonly kind: 'wrote'; readonly id: number; readonly bytes: number }
  | { readonly kind: 'whole'; readonly id: number }
  /** Another answer than the range; nothing was written. */
  | {
      readonly kind: 'other';
      readonly id: number;
      readonly status: number;
      readonly headers: readonly (readonly [string, string])[];
    }
  | {
      readonly kind: 'broke';
      readonly id: number;
      readonly message: string;
      /** Of a failed write. */
      readonly code?: string;
    };

type Get = Extract<TransferOrder, { kind: 'get' }>;

/** News are gathered: one for so many bytes … */
const tellBytes = 2 << 20;
/** … or in so many milliseconds. */
const tellMs = 100;

const pool = new ConnectionPool();
const underWay = new Map<number, DirectConnection>();

function tell(news: TransferNews): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
  parentPort?.postMessage(news);
}

/** What a write failed with, to be told from a broken connection. */
class WriteFailure extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

async function transfer(order: Get): Promise<void> {
  const { id, descriptor, start, end, sizeBytes } = order;
  const url = new URL(order.url);
  let position = start;
  let told = start;
  const tellProgress = (): void => {
    if (position > told) tell({ kind: 'wrote', id, bytes: position - told });
    told = position;
  };
  const timer = setInterval(tellProgress, tellMs);
  try {
    for (;;) {
      const { connection, isReused } = pool.take(url);
      underWay.set(id, connection);
      try {
        const { status, headers, isWhole } = await connection.get({
          url,
          headers: order.headers,
          accepts: (status, headers, length) =>
            status === 206 &&
            length === end - start &&
            headers.get('content-range') === `bytes ${start}-${end - 1}/${sizeBytes}`,
          take: (bytes) => {
            write(descriptor, bytes, position);
            position += bytes.length;
            if (position - told >= tellBytes) tellProgress();
          },
        });
        tellProgress();
        pool.give(connection);
        tell(isWhole ? { kind: 'whole', id } : { kind: 'other', id, status, headers: [...headers] });
        return;
      } catch (error) {
        // The server may have closed an idle connection in the very moment; a new one tells.
        if (isReused && position === start && !(error instanceof WriteFailure) && underWay.has(id)) continue;
        tellProgress();
        const code = error instanceof WriteFailure ? { code: error.code } : {};
        tell({ kind: 'broke', id, message: messageOf(error), ...code });
        return;
      }
    }
  } finally {
    clearInterval(timer);
    underWay.delete(id);
  }
}

function write(descriptor: number, bytes: Uint8Array, position: number): void {
  try {
    writeAll(descriptor, bytes, position);
  } catch (error) {
    throw new WriteFailure(
      error instanceof Error && 'code' in error ? String(error.code) : 'EIO',
      messageOf(error),
    );
  }
}

parentPort?.on('message', (order: TransferOrder) => {
  if (order.kind === 'get') {
    void transfer(order);
    return;
  }
  const connection = underWay.get(order.id);
  if (order.kind === 'pause') connection?.pause();
  else if (order.kind === 'resume') connection?.resume();
  else {
    underWay.delete(order.id);
    connection?.destroy(new Error('stopped'));
  }
});
