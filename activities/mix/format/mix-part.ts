import { z } from 'zod';
import { sides, Volume, type Side } from '../../../core/contracts/mix.js';
import { readJson } from '../../artifacts/read-json.js';
import type { Artifact, ArtifactStore } from '../../artifacts/store.js';

/**
 * A `mix-part` holds the lines of one partition. Its entries are those of train.jsonl, then those of
 * heldout.jsonl, each in the order of the file. `entries.bin` has them as mix-entry.ts does, where the lines
 * stay in the sorted runs; else `train.jsonl` and `heldout.jsonl` have the lines themselves, as shards.
 * `origins.bin` has the origin of each entry, see origin.ts.
 */
export const entriesName = 'entries.bin';
export const originsName = 'origins.bin';
export const shardName = (side: Side): string => `${side}.jsonl`;

const count = z.int().min(0);

/** Entries `[from, to)` of a part, which are gathered together. All are of one side. */
export const Bucket = z
  .object({
    from: count,
    /** exclusive */
    to: count,
    /** Size of the lines, newlines included. */
    bytes: count,
  })
  .readonly();
export type Bucket = z.infer<typeof Bucket>;

const PartSide = z
  .object({
    lines: count,
    /** Newlines included. */
    bytes: count,
    /** All entries of the side. */
    buckets: z.array(Bucket).readonly(),
    /** Of the shard, where the part has it. */
    sha256: z.string().exactOptional(),
  })
  .readonly();
export type PartSide = z.infer<typeof PartSide>;

const PartSides = z.record(z.enum(sides), PartSide).readonly();

/** `meta` of a `mix-part`. */
export const MixPartMeta = z
  .object({
    sides: PartSides,
    /** Of each source in recipe order, without further copies of rows. */
    volumes: z.record(z.enum(sides), z.array(Volume).readonly()).readonly(),
  })
  .readonly();
export type MixPartMeta = z.infer<typeof MixPartMeta>;

/** `parts.json` of a `mix`: its parts in the order of their lines. */
export const MixParts = z
  .array(
    z
      .object({
        /** Key of the `mix-part`. */
        key: z.string(),
        sides: PartSides,
      })
      .readonly(),
  )
  .readonly();
export type MixParts = z.infer<typeof MixParts>;
export const partsName = 'parts.json';

/** The parts of a `mix`. */
export async function readMixParts(store: ArtifactStore, mix: Artifact): Promise<MixParts> {
  return await readJson(store, mix, partsName, MixParts);
}
