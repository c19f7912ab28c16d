import type { Recipe, Source, SourceFormat } from '../recipe.js';
import type { ArtifactRef } from './artifact.js';
import type { SourceCounts } from './conversion.js';

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

/** How much text conversations are. */
export interface Volume {
  /** Of their canonical lines, newlines included. */
  readonly bytes: number;
  /** Characters (UTF-16 code units) of assistant text. */
  readonly assistantChars: number;
}

/** What became of a conversation that was converted. Of filtered and rejected rows there is no line to measure. */
export const fatesOfConverted = ['duplicates', 'heldout', 'heldoutUnused', 'notSelected', 'kept'] as const;

export type FateOfConverted = (typeof fatesOfConverted)[number];

/** One source in the mix; read = filtered + rejected + duplicates + heldout + heldoutUnused + notSelected + kept. */
export interface CompositionRow extends SourceCounts {
  readonly name: string;
  readonly format: SourceFormat;
  /** Duplicates by the source that won them, this source itself included. */
  readonly duplicatesBy: Readonly<Record<string, number>>;
  readonly duplicates: number;
  readonly heldout: number;
  readonly heldoutUnused: number;
  readonly notSelected: number;
  readonly kept: number;
  readonly repeat: number;
  /** Lines in train.jsonl: kept × repeat. */
  readonly lines: number;
  /** Bytes in train.jsonl. */
  readonly bytes: number;
  /** Characters (UTF-16 code units) of assistant text in train.jsonl. */
  readonly assistantChars: number;
  /** Text by what became of it, copies not counted. */
  readonly volumes: Readonly<Record<FateOfConverted, Volume>>;
  /** Share of the recipe, absent where it names rows or all. */
  readonly askedShare?: number;
  /** Rows of the recipe, at most; absent where it names a share or all. */
  readonly askedRows?: number;
  /** Of the conversations kept before repeats, 0 … 1. */
  readonly realisedShare: number;
  /** True for the source that limited the mix. */
  readonly limiting: boolean;
}

export interface Composition {
  readonly sources: readonly CompositionRow[];
  /** Lines of train.jsonl. */
  readonly trainLines: number;
  readonly heldoutLines: number;
}

export interface MixPlan {
  readonly plan: ArtifactRef;
  readonly composition: Composition;
}

export interface FinishMixInput {
  readonly plan: ArtifactRef;
  readonly out: string;
}

export interface FileDigest {
  readonly path: string;
  readonly lines: number;
  readonly bytes: number;
  readonly sha256: string;
}

export interface MixResult {
  readonly mix: ArtifactRef;
  readonly train: FileDigest;
  readonly heldout: FileDigest;
  readonly manifestPath: string;
  readonly composition: Composition;
}
