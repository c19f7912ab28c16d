import { z } from 'zod';
import type { Recipe, Source } from '../recipe.js';
import { sourceFormats } from '../recipe/choices.js';
import type { ArtifactRef, Batches } from './artifact.js';
import { SourceCounts } from './conversion.js';

const count = z.int().min(0);

/** A converted source, by the artifacts of its stages. */
export interface MixSource {
  /** As in the recipe. */
  readonly source: Source;
  /** Of kind `resolution`. */
  readonly resolution: ArtifactRef;
  /** Of kind `conversion`. */
  readonly plan: ArtifactRef;
  /** Of kind `summary`. */
  readonly summary: ArtifactRef;
}

/** What decides the lines of a mix and their order. */
export interface PlanMixInput {
  /** The recipe's: decides the order and which conversations a cap keeps. */
  readonly seed: number;
  /** In recipe order: the earlier source wins a duplicate. */
  readonly sources: readonly MixSource[];
  /** Fraction and number of held-out rows. */
  readonly heldout: Recipe['heldout'];
  /** The size of the mix. */
  readonly mix: Recipe['mix'];
  /** `--rows-per-source N`. */
  readonly rowsPerSource?: number;
}

/** The amount of text in conversations. */
export const Volume = z
  .object({
    /** Of their canonical lines, newlines included. */
    bytes: count,
    /** UTF-16 code units of assistant text. */
    assistantChars: count,
  })
  .readonly();
export type Volume = z.infer<typeof Volume>;

/** The outcomes of a converted conversation. Filtered and rejected rows have no line, so no volume. */
export const fatesOfConverted = ['duplicates', 'heldout', 'heldoutUnused', 'notSelected', 'kept'] as const;

/** One of {@link fatesOfConverted}. */
export type FateOfConverted = (typeof fatesOfConverted)[number];

/**
 * One source in the mix; read = filtered + rejected + duplicates + heldout + heldoutUnused + notSelected +
 * kept.
 */
export const CompositionRow = z
  .object({
    ...SourceCounts.unwrap().shape,
    /** The source's, in the recipe. */
    name: z.string(),
    /** The recipe's, or the detected one. */
    format: z.enum(sourceFormats),
    /** Which columns were read: standard name → name in the files. */
    columns: z.record(z.string(), z.string()).readonly(),
    /** `ignore` of the recipe. */
    ignore: z.array(z.string()).readonly().exactOptional(),
    /** Duplicates by the source that won them, which may be this one. */
    duplicatesBy: z.record(z.string(), count).readonly(),
    /** Equal to a conversation of this or an earlier source. */
    duplicates: count,
    /** In heldout.jsonl. */
    heldout: count,
    /** Held out, beyond `heldout.rows`. */
    heldoutUnused: count,
    /** Beyond the cap or share of the source. */
    notSelected: count,
    /** In train.jsonl. */
    kept: count,
    /** `repeat` of the recipe: copies of each kept conversation. */
    repeat: count,
    /** Lines in train.jsonl: kept × repeat. */
    lines: count,
    /** Bytes in train.jsonl. */
    bytes: count,
    /** UTF-16 code units of assistant text in train.jsonl. */
    assistantChars: count,
    /** Text by outcome, each conversation counted once whatever `repeat` is. */
    volumes: z.record(z.enum(fatesOfConverted), Volume).readonly(),
    /** `share` of the recipe. */
    askedShare: z.number().exactOptional(),
    /** `rows` of the recipe. */
    askedRows: count.exactOptional(),
    /** Of the conversations kept before repeats, 0 … 1. */
    realisedShare: z.number(),
    /** True for the source that limited the mix. */
    limiting: z.boolean(),
  })
  .readonly();
export type CompositionRow = z.infer<typeof CompositionRow>;

/** What the mix is made of. */
export const Composition = z
  .object({
    /** In recipe order. */
    sources: z.array(CompositionRow).readonly(),
    /** Lines of train.jsonl. */
    trainLines: count,
    /** Lines of heldout.jsonl. */
    heldoutLines: count,
  })
  .readonly();
export type Composition = z.infer<typeof Composition>;

/** A planned mix: the partitions of the key space in which it is made. No line is read or written. */
export interface MixPlan {
  /** Of kind `mix-plan`. */
  readonly plan: ArtifactRef;
  /** All partitions, for `countPartitions` and `writePartitions`. */
  readonly partitions: Batches;
}

/** Partitions `[from, to)` of a plan, or groups of partitions for `copyRows`. */
export interface MixRangeInput {
  /** Of kind `mix-plan`. */
  readonly plan: ArtifactRef;
  readonly from: number;
  /** exclusive */
  readonly to: number;
}

/** What a range of a mix holds, that from the store included. */
export type MixRangeResult = {
  /** Partitions or groups of the range. */
  readonly items: number;
  /** Those that were in the store already. */
  readonly reusedItems: number;
};

/** A plan of which all partitions are counted. */
export interface DecideMixInput {
  /** Of kind `mix-plan`. */
  readonly plan: ArtifactRef;
}

/** Which rows stay is decided. */
export interface MixDecided {
  /** Of train.jsonl, further copies of repeated rows included. */
  readonly trainLines: number;
  readonly heldoutLines: number;
  /** Groups of partitions, for `copyRows`; none where no source is repeated. */
  readonly copies: Batches;
}

/** A plan of which all partitions are written, and where to write its results. */
export interface FinishMixInput {
  /** Of kind `mix-plan`. */
  readonly plan: ArtifactRef;
  /** The place of the run's results. */
  readonly out: string;
}

/** The two files of a mix: train.jsonl and heldout.jsonl. */
export const sides = ['train', 'heldout'] as const;
/** One of {@link sides}. */
export type Side = (typeof sides)[number];

/** What identifies the lines of a file of a mix. */
export const FileDigest = z
  .object({
    lines: count,
    bytes: count,
    /** Of all bytes, in hex; `null` where the file is in a bucket and too large to be read once more. */
    sha256: z.string().nullable(),
    /** Where `sha256` is `null`: SHA-256 over the SHA-256s of its parts, a line of hex each. */
    parts_sha256: z.string().exactOptional(),
  })
  .readonly();
export type FileDigest = z.infer<typeof FileDigest>;

/** A shard of train.jsonl: shard after shard is the whole. */
export const MixShard = z.object({ name: z.string(), ...FileDigest.unwrap().shape }).readonly();
export type MixShard = z.infer<typeof MixShard>;

/** A file of the mix in `out`. */
export type MixFile = FileDigest & {
  /** Absolute, or `s3://…`; of shards, the first one's. */
  readonly path: string;
  /** How many shards it is written as; absent: it is one file. */
  readonly shards?: number;
};

/** A written mix. */
export interface MixResult {
  /** Of kind `mix`. */
  readonly mix: ArtifactRef;
  /** train.jsonl. */
  readonly train: MixFile;
  /** heldout.jsonl; of zero lines where nothing is held out. */
  readonly heldout: MixFile;
  /** Of manifest.json in `out`. */
  readonly manifestPath: string;
  /** The account of every row. */
  readonly composition: Composition;
}
