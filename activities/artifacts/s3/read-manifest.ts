import type { z } from 'zod';
import { HeadraceError, messageOf } from '../../../core/errors.js';
import type { Objects } from './objects.js';

/**
 * The manifest under a key; `undefined` where there is none.
 *
 * @throws {HeadraceError} ArtifactCorruptError where the object is no such manifest.
 */
export async function readManifest<Manifest>(
  objects: Objects,
  key: string,
  schema: z.ZodType<Manifest>,
): Promise<Manifest | undefined> {
  const bytes = await objects.get(key);
  if (bytes === undefined) return undefined;
  try {
    return schema.parse(JSON.parse(bytes.toString('utf8')));
  } catch (error) {
    throw new HeadraceError(
      'ArtifactCorruptError',
      `${objects.place}/${key} is no manifest: ${messageOf(error)}`,
      { remedy: `Delete the object ${objects.place}/${key}; what it names is made again.`, cause: error },
    );
  }
}
