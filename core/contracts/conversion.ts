import { z } from 'zod';
import type { Source, SourceFormat } from '../recipe.js';
import type { ArtifactRef, Batches } from './artifact.js';

/** A resolved source whose files are on disk. */
export interface PlanConversionInput {
  /** As in the recipe: format, fields, filters and roles. */
  readonly source: Source;
  /** Of kind `resolution`. */
  readonly resolution: ArtifactRef;
  /** The recipe's; it decides the order keys of the converted lines. */
  readonly seed: number;
}

/** The work of converting one source. */
export interface ConversionPlan {
  /** Of kind `conversion`. */
  readonly plan: ArtifactRef;
  /** The recipe's, or the detected one. */
  readonly format: SourceFormat;
  /** Why: "detected: column `conversation` of {role, content}". */
  readonly formatReason: string;
  /**
   * Sentences for the user: "a.jsonl is not what its name says: …". Absent in histories of earlier versions.
   */
  readonly notes?: readonly string[];
  /** For `convertPieces`. */
  readonly pieces: Batches;
  /** For `groupDialogues`, once every piece is there; none where a row is a whole conversation. */
  readonly dialoguePartitions: Batches;
}

/** Pieces, or for `groupDialogues` dialogue partitions, `[from, to)` of a plan. */
export interface ConvertPiecesInput {
  /** Of kind `conversion`. */
  readonly plan: ArtifactRef;
  /** Index of the first piece. */
  readonly from: number;
  /** exclusive */
  readonly to: number;
}

/** What a range of pieces holds, those from the store included. */
export type ConvertPiecesResult = {
  /** Pieces of the range. */
  readonly pieces: number;
  /** Pieces that were in the store already. */
  readonly reusedPieces: number;
  /** Rows read. */
  readonly rows: number;
  /** Valid conversations; none in scattered rows. */
  readonly conversations: number;
  /** Rejected conversations; of scattered rows those that belong to no dialogue. */
  readonly rejected: number;
};

/** A plan with all of its pieces in the store. */
export interface SummariseSourceInput {
  /** Of kind `conversion`. */
  readonly plan: ArtifactRef;
  /** 0 … 1 of the conversations read; more fail with TooManyRejectsError. */
  readonly maxRejectFraction: number;
}

/**
 * Why a row is rejected; docs/mix-rule.md defines each. Every check is made, and the first of these that
 * applies is counted.
 */
export const rejectReasons = [
  'bad_utf8',
  'bad_json',
  'no_messages',
  'bad_history',
  'unknown_role',
  'content_not_text',
  'not_only_text',
  'unknown_part',
  'part_order',
  'bad_reasoning',
  'bad_tool_call',
  'bad_arguments',
  'bad_tools',
  'bad_weight',
  'no_assistant',
  'blank_content',
  'lone_surrogate',
  'conflicting_turns',
] as const;

/** One of {@link rejectReasons}. */
export type RejectReason = (typeof rejectReasons)[number];

const count = z.int().min(0);

/** Counts of one source before the mix: conversations, unless a field names rows. */
export const SourceCounts = z
  .object({
    /** Rows of the files; differs from `read` where a row is a turn of a dialogue. */
    rows: count,
    /** Conversations found in the rows. */
    read: count,
    /** Dropped by the recipe's filter. */
    filtered: count,
    /** Not valid, for one of the reasons of `rejectedBy`. */
    rejected: count,
    /** `rejected` by reason; a reason that did not occur is absent. */
    rejectedBy: z.partialRecord(z.enum(rejectReasons), count).readonly(),
    /** Valid conversations before dedup. */
    converted: count,
    /**
     * Converted conversations in which a field that looks like part of the conversation was not read, by
     * field. At most 64 of them; the others are added up as `…`.
     */
    unread: z.record(z.string(), count).readonly(),
    /** System messages without text, which were left out. */
    blankSystem: count,
    /** Converted conversations whose messages behind the last answer were left out. */
    trailing: count,
    /**
     * Rows with `NaN`, `Infinity` or `-Infinity`, which JSON does not have and which were read as null;
     * absent where there are none.
     */
    nonFinite: count.exactOptional(),
    /** Converted conversations that have an optional member. */
    holds: z
      .object({ reasoning: count, tools: count, toolCalls: count, weight: count, names: count })
      .readonly(),
    /** Where a row is a turn: dialogues with a missing turn. */
    gaps: count.exactOptional(),
    /** Where a row is a turn: dialogues without an `episode_done`. */
    unfinished: count.exactOptional(),
    /** Where a row is a turn: rows that collapsed into an equal one. */
    collapsedRows: count.exactOptional(),
  })
  .readonly();
export type SourceCounts = z.infer<typeof SourceCounts>;

/** A converted source. */
export interface SourceSummary extends SourceCounts {
  /** The source's, in the recipe. */
  readonly name: string;
  /** Of kind `summary`. */
  readonly summary: ArtifactRef;
  /** The recipe's, or the detected one. */
  readonly format: SourceFormat;
  /** As in {@link ConversionPlan}. */
  readonly formatReason: string;
  /** Which columns were read: standard name → name in the files. */
  readonly columns: Readonly<Record<string, string>>;
  /** `ignore` of the recipe. */
  readonly ignore?: readonly string[];
  /** Files that were read. */
  readonly files: number;
  /** Zero-byte files that were skipped. */
  readonly emptyFiles: number;
  /** Size of the files on disk. */
  readonly bytes: number;
}
