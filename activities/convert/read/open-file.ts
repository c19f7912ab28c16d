import { closeSync, fstatSync, openSync } from 'node:fs';
import type { FileKind } from '../../../core/container/file-kind.js';
import { HeadraceError } from '../../../core/errors.js';
import { isMissing } from '../../../files/errno.js';

/** A file of a source: its place on this disk, and its size and time when the source was resolved. */
export interface InputFile {
  /** Where the bytes are on this disk. */
  readonly path: string;
  /** Path of a local file, path in the repository of a Hub file: on disk its name is a hash. */
  readonly name: string;
  readonly sizeBytes: number;
  /** Local files: modification time in nanoseconds. */
  readonly mtimeNs?: string | undefined;
}

/** A file that can be read as rows: what it holds is known. */
export interface ReadableFile extends InputFile {
  readonly kind: FileKind;
}

/**
 * Opens a file for `use`, and checks before and after that it is the one that was resolved.
 *
 * @throws {HeadraceError} FileChangedError, FileNotFoundError; ArtifactMissingError for a file of the store.
 */
export async function withInputFile<Result>(
  file: InputFile,
  use: (descriptor: number) => Result | Promise<Result>,
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
    throw new HeadraceError('FileNotFoundError', `${file.path} was removed after its source was resolved`, {
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
      `${file.path} has ${size} bytes; it had ${file.sizeBytes} when its source was resolved`,
    );
  if (file.mtimeNs !== undefined && now.mtimeNs !== BigInt(file.mtimeNs))
    throw new HeadraceError('FileChangedError', `${file.path} was modified after its source was resolved`);
}
