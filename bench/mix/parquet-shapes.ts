import { execFile } from 'node:child_process';
import { link, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { pythonEnvironment } from '../../dev/python/environment.js';
import { madeFolder } from './corpora.js';
import { scriptPath } from './mixers.js';

/**
 * How the parquet files of the corpora are written.
 *
 * - `small-groups`: by hyparquet-writer: pages of version 2, snappy, row groups of 1000 rows.
 * - `snappy`, `zstd`: as pyarrow writes by default, with this codec: pages of version 1, texts in
 *   dictionaries until these are full, one row group a file.
 */
export const parquetShapes = ['small-groups', 'snappy', 'zstd'] as const;
type ParquetShape = (typeof parquetShapes)[number];

/** The folder of the corpora with parquet files of this shape, made unless it is there. */
export async function inShape(folder: string, shape: ParquetShape): Promise<string> {
  if (shape === 'small-groups') return folder;
  return madeFolder(`${folder}-${shape}`, async (aside) => {
    for (const name of await readdir(folder))
      if (!name.endsWith('.parquet')) await link(join(folder, name), join(aside, name));
    const { python } = await pythonEnvironment('mix');
    await promisify(execFile)(python, [scriptPath('rewrite_parquet.py'), folder, aside, shape]);
  });
}
