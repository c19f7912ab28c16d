import type { SourceFile } from '../../../core/contracts/source.js';
import type { ArtifactStore, ByteRange, Wanted } from '../../artifacts/store.js';
import { wantedFile, type ResolutionMeta } from '../../hub/resolve/resolution.js';
import type { InputFile } from '../read/open-file.js';

/** A file of a source that is not local yet. */
export interface SourceInput extends Omit<InputFile, 'path'> {
  readonly wanted: Wanted;
}

/** A file of a source, for {@link bringFiles}. */
export function sourceInput(origin: ResolutionMeta, file: SourceFile): SourceInput {
  return {
    wanted: wantedFile(origin, file),
    name: file.path,
    sizeBytes: file.sizeBytes,
    mtimeNs: file.mtimeNs,
  };
}

/** A file of a source, or bytes of it. */
export interface FilePart<File extends SourceInput> {
  readonly file: File;
  /** @default all */
  readonly ranges?: readonly ByteRange[] | undefined;
}

/** Makes files local and calls `use` with them, as `store.bring` does. */
export async function bringFiles<File extends SourceInput, Result>(
  store: ArtifactStore,
  parts: readonly FilePart<File>[],
  use: (files: readonly (File & InputFile)[]) => Promise<Result>,
  signal: AbortSignal,
): Promise<Result> {
  const wanted = parts.map(({ file, ranges }) =>
    ranges === undefined ? file.wanted : { ...file.wanted, ranges },
  );
  return await store.bring(
    wanted,
    (paths) => use(parts.map(({ file }, at) => ({ ...file, path: paths[at] ?? '' }))),
    signal,
  );
}
