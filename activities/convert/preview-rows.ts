import { rm } from 'node:fs/promises';
import type { ArtifactRef, RejectReason } from '../../core/contracts.js';
import type { Message } from '../../core/convert/conversation.js';
import type { WorkContext } from '../../core/progress.js';
import type { Source, SourceFormat } from '../../core/recipe.js';
import { localPathOf, readResolution } from '../artifacts/resolution.js';
import type { ArtifactStore } from '../artifacts/store.js';
import { createConversionPool } from './create-convert-activities.js';

/** A row, or in a grouped format the rows of a dialogue, before and after conversion. */
export interface PreviewedRow {
  readonly file: string;
  /** Line of JSON lines, else row; from 1. Of a dialogue, its first row. */
  readonly row: number;
  /** The parsed row, a list of rows, or the text that could not be parsed. */
  readonly before: unknown;
  /** `null` where there is no conversation. */
  readonly after: readonly Message[] | null;
  /** Why there is none. */
  readonly why: RejectReason | 'filtered' | null;
}

export interface Preview {
  readonly format: SourceFormat;
  readonly formatReason: string;
  readonly rows: readonly PreviewedRow[];
}

export interface PreviewRowsOptions {
  readonly store: ArtifactStore;
  readonly source: Source;
  readonly resolution: ArtifactRef;
  /** How many rows to look at, from the source's start. A dialogue shows those of its rows that are among them. */
  readonly rows: number;
  readonly work: WorkContext;
}

/**
 * Shows what conversion makes of the first rows of a source.
 *
 * @throws {HeadraceError} FormatError, RecipeError, FileChangedError, FileNotFoundError, ArtifactMissingError.
 */
export async function previewRows(options: PreviewRowsOptions): Promise<Preview> {
  const { store, source, work } = options;
  const { files, meta } = await readResolution(store, options.resolution);
  const scratch = await store.scratch();
  try {
    return await createConversionPool(1).run(
      'previewSource',
      {
        source,
        files: files.map((file) => ({
          path: localPathOf(store, meta, file),
          name: file.path,
          sizeBytes: file.sizeBytes,
          mtimeNs: file.mtimeNs,
        })),
        rows: options.rows,
        scratch,
      },
      { signal: work.signal },
    );
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
