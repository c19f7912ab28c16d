import { messageOf } from '../../../../core/errors.js';
import type { Way } from '../../../http/way.js';

/** What every transfer has. */
interface Common {
  readonly id: number;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly way: Way;
  /** Milliseconds of silence after which the connection is closed. */
  readonly stallMs: number;
}

/** Writes `bytes` bytes, which are the whole answer, to a file that stays open, from `at` on. */
export interface GetMessage extends Common {
  readonly kind: 'get';
  readonly descriptor: number;
  readonly at: number;
  readonly bytes: number;
  /** In hex. */
  readonly sha256?: string;
  /** With a SHA-256: bytes are written as they come. @default they are in memory until it is right */
  readonly isUnshared?: boolean;
}

/** Sends the bytes `[from, to)` of a file. */
export interface PutMessage extends Common {
  readonly kind: 'put';
  readonly path: string;
  readonly from: number;
  readonly to: number;
  /** The bytes of which each SHA-256 is. */
  readonly chunkBytes: number;
}

export type BulkMessage = GetMessage | PutMessage | { readonly kind: 'stop'; readonly id: number };

/** A refusal, or the answer to a PUT. */
export interface PlainAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** `undefined` where it was too long or of unknown length, and not read. */
  readonly body: string | undefined;
}

/** What came of a GET: the SHA-256 of the bytes in hex, or another answer. */
export type GetResult = { readonly sha256: string | undefined } | { readonly other: PlainAnswer };

/** What came of a PUT. */
export interface PutResult {
  readonly answer: PlainAnswer;
  /** SHA-256 of each chunk, in hex. */
  readonly chunks: readonly string[];
}

/** Longer answers are not those of S3. */
export const mostAnswerBytes = 64 << 10;

export type BulkReply =
  | { readonly kind: 'got'; readonly id: number; readonly result: GetResult }
  | { readonly kind: 'put'; readonly id: number; readonly result: PutResult }
  | {
      readonly kind: 'failed';
      readonly id: number;
      readonly message: string;
      /** Whether a file could not be read or written; else the connection broke. */
      readonly isDisk: boolean;
      /** Of the error, where it has one: `ENOSPC`, `ECONNRESET`. */
      readonly code?: string;
    };

/** The disk failed, as opposed to the connection. */
export class DiskError extends Error {
  readonly code: string;

  constructor(cause: unknown) {
    super(messageOf(cause), { cause });
    this.code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'EIO';
  }
}
