import { open } from 'node:fs/promises';
import { HeadraceError } from '../core/errors.js';

/**
 * The bytes `[from, to)` of a file.
 *
 * @throws {HeadraceError} ArtifactCorruptError where the file ends before; {Error} where it cannot be opened.
 */
export async function readRange(path: string, from: number, to: number): Promise<Buffer> {
  const file = await open(path, 'r');
  try {
    const bytes = Buffer.allocUnsafe(to - from);
    for (let at = 0; at < bytes.length;) {
      const { bytesRead } = await file.read(bytes, at, bytes.length - at, from + at);
      if (bytesRead === 0)
        throw new HeadraceError('ArtifactCorruptError', `${path} ends at byte ${from + at}, before ${to}`);
      at += bytesRead;
    }
    return bytes;
  } finally {
    await file.close();
  }
}
