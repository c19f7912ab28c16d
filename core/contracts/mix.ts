import { z } from 'zod';
import type { Recipe, Source } from '../recipe.js';
import { sourceFormats } from '../recipe/choices.js';
import type { ArtifactRef } from './artifact.js';
import { SourceCounts } from './conversion.js';

const count = z.int().min(0);

export interface MixSource {
  readonly source: Source;
  readonly resolution: ArtifactRef;
  readonly plan: ArtifactRef;
  readonly summary: ArtifactRef;
}

export interface PlanMixInput {
  readonly seed: number;
  /** In recipe order: the earlier source wins a duplicate. */
  readonly sources: readonly MixSource[];
  readonly heldout: Recipe['heldout'];
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

export type FateOfConverted = (typeof fatesOfConverted)[number];

/**
 * One source in the mix; read = filtered + rejected + duplicates + heldout + heldoutUnused + notSelected +
 * kept.
 */
export const CompositionRow = z
  .object({
    ...SourceCounts.unwrap().shape,
    name: z.string(),
    format: z.enum(sourceFormats),
    /** Which columns were read: standard name → name in the files. */
    columns: z.record(z.string(), z.string()).readonly(),
    /** `ignore` of the recipe. */
    ignore: z.array(z.string()).readonly().exactOptional(),
    /** Duplicates by the source that won them, which may be this one. */
    duplicatesBy: z.record(z.string(), count).readonly(),
    duplicates: count,
    heldout: count,
    heldoutUnused: count,
    notSelected: count,
    kept: count,
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

export const Composition = z
  .object({
    /** In recipe order. */
    sources: z.array(CompositionRow).readonly(),
    /** Lines of train.jsonl. */
    trainLines: count,
    heldoutLines: count,
  })
  .readonly();
export type Composition = z.infer<typeof Composition>;

export interface MixPlan {
  readonly plan: ArtifactRef;
  readonly composition: Composition;
}

export interface FinishMixInput {
  readonly plan: ArtifactRef;
  readonly out: string;
}

/** The two files of a mix: train.jsonl and heldout.jsonl. */
export const sides = ['train', 'heldout'] as const;
export type Side = (typeof sides)[number];

/** What identifies a JSON Lines file. */
export const FileDigest = z.object({ lines: count, bytes: count, sha256: z.string() }).readonly();
export type FileDigest = z.infer<typeof FileDigest>;

/** A file of the mix in `out`. */
export type MixFile = FileDigest & { readonly path: string };

export interface MixResult {
  readonly mix: ArtifactRef;
  readonly train: MixFile;
  readonly heldout: MixFile;
  readonly manifestPath: string;
  readonly composition: Composition;
}
