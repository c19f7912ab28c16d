import { closeSync, fstatSync, openSync } from 'node:fs';
import { HeadraceError } from '../../../core/errors.js';
import { isMissing } from '../../../files/errno.js';

/** A file of a source as a thread finds it: where it is, and what it was like when the source was resolved. */
export interface InputFile {
  /** Where the bytes are on this disk. */
  readonly path: string;
  /** The name that says what it holds, and that people know it by. */
  readonly name: string;
  readonly sizeBytes: number;
  /** Local files: modification time in nanoseconds. */
  readonly mtimeNs?: string | undefined;
}

/**
 * Opens a file, hands its descriptor to `use`, and makes sure that the file is, before and after, the one that was
 * resolved.
 *
 * @throws {HeadraceError} FileChangedError, FileNotFoundError; ArtifactMissingError for a file of the store.
 */
export async function withInputFile<Result>(
  file: InputFile,
  use: (descriptor: number) => Promise<Result>,
): Promise<Result> {
  const descriptor = openInput(file);
  try {
    checkUnchanged(file, descriptor);
    const result = await use(descriptor);
    checkUnchanged(file, descriptor);
    return result;
  } finally {
    closeSync(descriptor);
  }
}

function openInput(file: InputFile): number {
  try {
    return openSync(file.path, 'r');
  } catch (error) {
    if (!isMissing(error)) throw error;
    if (file.mtimeNs === undefined)
      throw new HeadraceError(
        'ArtifactMissingError',
        `The store has no bytes of ${file.name} (${file.path})`,
        {
          cause: error,
        },
      );
    throw new HeadraceError('FileNotFoundError', `${file.path} was there when the run began and is gone`, {
      cause: error,
    });
  }
}

function checkUnchanged(file: InputFile, descriptor: number): void {
  const now = fstatSync(descriptor, { bigint: true });
  const size = Number(now.size);
  if (size !== file.sizeBytes)
    throw new HeadraceError(
      'FileChangedError',
      `${file.path} has ${size} bytes; it had ${file.sizeBytes} when the run looked first`,
    );
  if (file.mtimeNs !== undefined && now.mtimeNs !== BigInt(file.mtimeNs))
    throw new HeadraceError('FileChangedError', `${file.path} was written to since the run looked first`);
}
