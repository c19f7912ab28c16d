import { HeadraceError } from '../../../core/errors.js';
import { columnProblem } from '../../../core/hub/column-check.js';
import { fileKindOf, kindBytes } from './file-kind.js';
import { hubRangeReader } from '../download/range-reader.js';
import type { HubClient } from '../http/hub-client.js';
import type { CommitFile } from '../http/repository.js';
import type { HubSource } from './inspect-dataset.js';
import { columnsOf, readFooter } from './parquet-footer.js';

/**
 * Checks the first file of a source before anything is downloaded: a gated dataset refuses reads but not
 * listings, and the first bytes decide what the file is. Where the recipe names columns, the footer of a
 * parquet file is read, too.
 *
 * @throws {HeadraceError} what the Hub's refusal means; HubUnavailableError; FileKindError; FormatError for a
 * column that does not exist.
 */
export async function checkReadable(
  client: HubClient,
  source: HubSource,
  first: CommitFile,
  signal: AbortSignal,
): Promise<void> {
  const { commit, file } = first;
  const read = hubRangeReader(client, first, signal);
  const { path: name, sizeBytes } = file;
  const start = await read({ start: 0, end: Math.min(kindBytes, sizeBytes) });
  const { container, compression } = fileKindOf({ name, sizeBytes }, start);
  if (!namesColumns(source) || container !== 'parquet' || compression !== 'none') return;
  const { metadata } = await readFooter(name, sizeBytes, read);
  const problem = columnProblem(source, columnsOf(metadata));
  if (problem !== undefined)
    throw new HeadraceError('FormatError', `${name} of ${commit.id}: ${problem}`, {
      remedy: 'Correct format, fields or filter in the recipe.',
    });
}

function namesColumns({ format, fields, filter }: HubSource): boolean {
  return format !== undefined || fields !== undefined || filter !== undefined;
}
