import { z } from 'zod';
import { FileDigest, MixShard } from '../../core/contracts/mix.js';
import { HeadraceError, messageOf } from '../../core/errors.js';

/** What manifest.json has about the files of the mix. */
const Manifest = z.looseObject({
  train: FileDigest,
  heldout_file: FileDigest,
  train_shards: z.array(MixShard).readonly().exactOptional(),
});

/**
 * The digests of the files of a mix by their names, from the text of manifest.json.
 *
 * @param place - of the manifest, for errors.
 * @throws {HeadraceError} ArtifactCorruptError where it is no such manifest.
 */
export function expectedDigests(text: string, place: string): ReadonlyMap<string, FileDigest> {
  const { train, heldout_file: heldout, train_shards: shards } = parse(text, place);
  const parts = shards?.map(({ name, ...digest }): [string, FileDigest] => [name, digest]);
  return new Map([...(parts ?? [['train.jsonl', train] as const]), ['heldout.jsonl', heldout]]);
}

function parse(text: string, place: string): z.infer<typeof Manifest> {
  try {
    return Manifest.parse(JSON.parse(text));
  } catch (error) {
    throw new HeadraceError('ArtifactCorruptError', `${place} is no manifest: ${messageOf(error)}`, {
      remedy: 'Start the run again: its results are written anew.',
      cause: error,
    });
  }
}
