import { isBlank } from '../../../core/convert/conversation/blank.js';
import { isBroken } from '../../../core/convert/conversation/lone-surrogate.js';
import type { DialogueRow } from '../../../core/convert/dialogue.js';
import { columnOf, type Layout } from '../../../core/convert/layout.js';
import type { RowPlace } from '../read/rows.js';

/** A row of a dialogue. Its values are JSON as bytes, and empty where the row has none. */
export interface ScatteredRow {
  readonly dialogueId: number;
  readonly responseId: number;
  readonly episodeDone: boolean;
  /**
   * Whether context and response are texts that are not blank and have no half of a surrogate pair, spelt as
   * JSON.stringify writes them.
   */
  readonly isPlain: boolean;
  readonly context: Uint8Array;
  readonly response: Uint8Array;
  /** UTF-16 code units of the response, where the row is plain. */
  readonly responseChars: number;
  /** An object of the columns that the filter reads. */
  readonly filtered: Uint8Array;
  /** In the scattered piece. */
  readonly place: RowPlace;
}

/** The scattered form of a row that was parsed. */
export function scatteredRow(row: DialogueRow, place: RowPlace): ScatteredRow {
  const { dialogueId, responseId, episodeDone, context, response, filtered } = row;
  return {
    dialogueId,
    responseId,
    episodeDone,
    isPlain: isPlainText(context) && isPlainText(response),
    context: jsonBytes(context),
    response: jsonBytes(response),
    responseChars: typeof response === 'string' ? response.length : 0,
    filtered: jsonBytes(filtered),
    place,
  };
}

/** The row with its values parsed. */
export function dialogueRow(row: ScatteredRow): DialogueRow {
  const { dialogueId, responseId, episodeDone } = row;
  return {
    dialogueId,
    responseId,
    context: jsonValue(row.context),
    response: jsonValue(row.response),
    episodeDone,
    filtered: filteredColumns(row),
  };
}

/** The columns of the row that were kept, by their names in the file. */
export function columnsOf(row: ScatteredRow, layout: Layout): Readonly<Record<string, unknown>> {
  const { dialogueId, responseId, context, response, episodeDone } = row;
  return {
    ...filteredColumns(row),
    [columnOf(layout, 'context')]: jsonValue(context),
    [columnOf(layout, 'response')]: jsonValue(response),
    [columnOf(layout, 'dialogue_id')]: dialogueId,
    [columnOf(layout, 'response_id')]: responseId,
    [columnOf(layout, 'episode_done')]: episodeDone,
  };
}

/** The columns that the filter reads. */
export function filteredColumns({ filtered }: ScatteredRow): DialogueRow['filtered'] {
  return jsonValue(filtered) as DialogueRow['filtered'];
}

function isPlainText(value: unknown): boolean {
  return typeof value === 'string' && !isBlank(value) && !isBroken(value);
}

function jsonBytes(value: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(value) ?? '');
}

function jsonValue(json: Uint8Array): unknown {
  return json.length === 0 ? undefined : JSON.parse(Buffer.from(json).toString());
}
