import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { sides, type Side } from '../../../core/contracts/mix.js';
import { FileWriter } from '../../../files/file-writer.js';
import { shardName, type MixPartMeta, type PartSide } from '../format/mix-part.js';
import { gatherLines } from '../lines/gather-lines.js';
import type { LinePlaces } from '../lines/mixed-lines.js';

/** Input of {@link writeShards}. */
export interface WriteShardsInput {
  readonly places: LinePlaces;
  readonly part: MixPartMeta;
  /** The folder of the part, which gets its shards. */
  readonly dir: string;
}

/**
 * Writes the lines of a part as shards of train.jsonl and heldout.jsonl. A job for a thread.
 * Memory: a bucket.
 *
 * @returns the part with the SHA-256 of its shards.
 * @throws {HeadraceError} ArtifactCorruptError where a line has changed since its conversion.
 */
export async function writeShards({ places, part, dir }: WriteShardsInput): Promise<MixPartMeta> {
  const [train, heldout] = sides.map((side) =>
    withShard(places, part.sides[side], join(dir, shardName(side))),
  );
  if (train === undefined || heldout === undefined) throw new Error('A part has two sides');
  return { ...part, sides: { train, heldout } satisfies Record<Side, PartSide> };
}

/** Bytes that are hashed and then written, while they are in the processor's cache. */
const hotBytes = 512 << 10;

function withShard(places: LinePlaces, side: PartSide, path: string): PartSide {
  const file = new FileWriter(path);
  const hash = createHash('sha256');
  for (const { from, to, bytes } of side.buckets) {
    const lines = Buffer.allocUnsafeSlow(bytes);
    gatherLines(places, from, to, lines);
    for (let at = 0; at < bytes; at += hotBytes) {
      const block = lines.subarray(at, at + hotBytes);
      hash.update(block);
      file.write(block);
    }
  }
  file.close();
  return { ...side, sha256: hash.digest('hex') };
}
