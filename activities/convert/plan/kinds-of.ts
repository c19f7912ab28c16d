import type { FileKind } from '../../../core/container/file-kind.js';
import type { InputFile } from '../read/open-file.js';
import { withKind } from '../read/with-kind.js';

/** What files hold whose first bytes are on this disk. A job for a thread. */
export async function kindsOf(files: readonly InputFile[]): Promise<readonly FileKind[]> {
  const kinds: FileKind[] = [];
  for (const file of files) kinds.push((await withKind(file)).kind);
  return kinds;
}
