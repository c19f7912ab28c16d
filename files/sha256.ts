import { hash } from 'node:crypto';

/**
 * SHA-256 of one text or block of bytes. For a few kilobytes the one-shot call costs a third of a `Hash`
 * object.
 */
export function sha256(input: string | Uint8Array): Buffer {
  return hash('sha256', input, 'buffer');
}
