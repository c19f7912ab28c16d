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
  /** For `groupDialogues`, once every piece is there; empty where a row is a whole conversation. At most 64. */
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

export const rejectReasons = [
  'bad_utf8',
  'bad_json',
  'no_messages',
  'unknown_role',
  'content_not_text',
  'no_assistant',
  'blank_content',
  'lone_surrogate',
  'conflicting_turns',
] as const;

export type RejectReason = (typeof rejectReasons)[number];

/** What reading one source gave, before mixing. Conversations unless said otherwise. */
export interface SourceCounts {
  /** Rows of the files; differs from `read` for grouped formats. */
  readonly rows: number;
  readonly read: number;
  readonly filtered: number;
  readonly rejected: number;
  readonly rejectedBy: Readonly<Partial<Record<RejectReason, number>>>;
  /** Valid conversations before dedup. */
  readonly converted: number;
  /** Grouped formats: dialogues with missing turns, and without an `episode_done`. */
  readonly gaps?: number;
  readonly unfinished?: number;
  /** Grouped formats: rows that collapsed into an equal one. */
  readonly collapsedRows?: number;
}

export interface SourceSummary extends SourceCounts {
  readonly name: string;
  readonly summary: ArtifactRef;
  readonly format: SourceFormat;
  readonly formatReason: string;
  readonly files: number;
  readonly emptyFiles: number;
  readonly bytes: number;
}
