import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';

/** The SHA-256 of a file, in hex, and those of its parts. */
export interface HashedFile {
  readonly sha256: string;
  /** SHA-256 over the SHA-256s of the parts, a line of hex each, as a manifest has it of a large file. */
  readonly partsSha256: string;
}

const blockBytes = 4 << 20;

/**
 * Hashes a file.
 *
 * @param partBytes - sizes of its parts, in order; none where only the whole matters.
 * @param onBytes - called with the bytes that are hashed so far.
 */
export async function digestOfFile(
  path: string,
  partBytes: readonly number[],
  onBytes: (bytes: number) => void,
  signal: AbortSignal,
): Promise<HashedFile> {
  const whole = createHash('sha256');
  const parts = createHash('sha256');
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const block = Buffer.allocUnsafe(blockBytes);
    let at = 0;
    const stretches = partBytes.length === 0 ? [size] : partBytes;
    for (const bytes of stretches) {
      const part = createHash('sha256');
      for (const end = at + bytes; at < end;) {
        signal.throwIfAborted();
        const { bytesRead } = await file.read(block, 0, Math.min(block.length, end - at), at);
        if (bytesRead === 0) break;
        whole.update(block.subarray(0, bytesRead));
        if (partBytes.length > 0) part.update(block.subarray(0, bytesRead));
        at += bytesRead;
        onBytes(at);
      }
      parts.update(`${part.digest('hex')}\n`);
    }
    return { sha256: whole.digest('hex'), partsSha256: parts.digest('hex') };
  } finally {
    await file.close();
  }
}
