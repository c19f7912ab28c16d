import { readFile } from 'node:fs/promises';
import { z } from 'zod';

/** Names of LFS files of any size, unless the settings list others. */
const defaultLfs = ['*.parquet', '*.zst', '*.gz', '*.safetensors'];

/** The settings of a repository, from `<name>.hub.json`. README.md describes each key. */
export const RepositorySettings = z.strictObject({
  gated: z.union([z.literal(false), z.enum(['auto', 'manual'])]).default(false),
  accepted: z.array(z.string()).default([]),
  pending: z.array(z.string()).default([]),
  private: z.boolean().default(false),
  renamedFrom: z.array(z.string()).default([]),
  lfs: z.array(z.string()).default(defaultLfs),
  branches: z.record(z.string(), z.string()).default({}),
  tags: z.record(z.string(), z.string()).default({}),
});
export type RepositorySettings = z.infer<typeof RepositorySettings>;

/**
 * Reads the settings at `path`; the defaults where the file does not exist. @throws {Error} naming the file
 * and key.
 */
export async function readSettings(path: string): Promise<RepositorySettings> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT')
      return RepositorySettings.parse({});
    throw error;
  }
  const parsed = RepositorySettings.safeParse(JSON.parse(text));
  if (!parsed.success) throw new Error(`${path}: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}
