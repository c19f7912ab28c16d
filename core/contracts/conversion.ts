import { z } from 'zod';
import type { Source, SourceFormat } from '../recipe.js';
import type { ArtifactRef, WorkRange } from './artifact.js';

export interface PlanConversionInput {
  readonly source: Source;
  readonly resolution: ArtifactRef;
  readonly seed: number;
}

export interface ConversionPlan {
  readonly plan: ArtifactRef;
  readonly format: SourceFormat;
  /** Why: "detected: column `conversation` of {role, content}". */
  readonly formatReason: string;
  /** For `convertPieces`. At most 64. */
  readonly pieces: readonly WorkRange[];
  /**
   * For `groupDialogues`, once every piece is there; empty where a row is a whole conversation. At most 64.
   */
  readonly dialoguePartitions: readonly WorkRange[];
}

export interface ConvertPiecesInput {
  readonly plan: ArtifactRef;
  readonly from: number;
  readonly to: number;
}

export interface ConvertPiecesResult {
  readonly pieces: number;
  /** Pieces that were in the store already. */
  readonly reusedPieces: number;
  /** Rows read. */
  readonly rows: number;
  readonly conversations: number;
  readonly rejected: number;
}

export interface SummariseSourceInput {
  readonly plan: ArtifactRef;
  readonly maxRejectFraction: number;
}

/** Why a row is rejected. Every check is made; the first of these that applies is the reason. */
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

export type RejectReason = (typeof rejectReasons)[number];

const count = z.int().min(0);

/** Counts of one source before the mix: conversations, unless a field names rows. */
export const SourceCounts = z
  .object({
    /** Rows of the files; differs from `read` where a row is a turn of a dialogue. */
    rows: count,
    read: count,
    filtered: count,
    rejected: count,
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

export interface SourceSummary extends SourceCounts {
  readonly name: string;
  readonly summary: ArtifactRef;
  readonly format: SourceFormat;
  readonly formatReason: string;
  /** Which columns were read: standard name → name in the files. */
  readonly columns: Readonly<Record<string, string>>;
  /** `ignore` of the recipe. */
  readonly ignore?: readonly string[];
  readonly files: number;
  readonly emptyFiles: number;
  readonly bytes: number;
}
