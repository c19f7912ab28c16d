import { readFully } from '../../../files/read-fully.js';
import { fileKindOf, kindBytes } from '../../hub/resolve/file-kind.js';
import { withInputFile, type InputFile, type ReadableFile } from './open-file.js';

/**
 * A file of a source, and what it holds.
 *
 * @throws {HeadraceError} as {@link fileKindOf} and {@link withInputFile}.
 */
export async function withKind(file: InputFile): Promise<ReadableFile> {
  return withInputFile(file, (descriptor) => {
    const block = Buffer.allocUnsafe(Math.min(kindBytes, file.sizeBytes));
    const head = block.subarray(0, readFully(descriptor, block, 0));
    return { ...file, kind: fileKindOf(file, head) };
  });
}
