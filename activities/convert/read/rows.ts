import { isAscii } from 'node:buffer';
import type { RejectReason } from '../../../core/contracts/conversion.js';
import { isObject } from '../../../core/convert/layout.js';
import type { InputFile } from './open-file.js';
import { readSegment, type Part } from './read-slice.js';
import type { ColumnChoice } from './parquet-columns.js';
import type { RowSink } from './row-sink.js';
import { decoded, holdsBadText } from './text-bytes.js';

type Row = Readonly<Record<string, unknown>>;

/** Where a row stands: its segment, and its number there from 1. */
export interface RowPlace {
  readonly segment: number;
  readonly row: number;
  /** Of parquet files, from 0. */
  readonly rowGroup?: number;
}

/** What happens to rows. */
export interface RowHandler {
  /** A row that is a JSON object. */
  readonly onRow: (row: Row, place: RowPlace, text: () => string) => void;
  /** A row that is none, and why. */
  readonly onBad: (reason: RejectReason, place: RowPlace, text: () => string) => void;
  /** Shown each well-formed line before it is parsed, `bytes[start, end)`; true where it has dealt with it. */
  readonly onLine?: ((bytes: Buffer, start: number, end: number, place: RowPlace) => boolean) | undefined;
  /** Shown each row of parquet before it is decoded; true where it has dealt with it. */
  readonly onValue?: ((row: Row, place: RowPlace) => boolean) | undefined;
}

export interface ReadRowsInput {
  readonly files: readonly InputFile[];
  /** Numbered as given. */
  readonly segments: readonly { readonly file: number; readonly part: Part }[];
  readonly choice: ColumnChoice;
  readonly scratch: string;
  readonly maxRowsPerGroup?: number;
}

/**
 * Reads and parses the rows of segments, in order. Returns the rows of each segment (of JSON lines: its lines).
 *
 * @param onBytes - told how many bytes of all segments were read so far.
 * @param isFull - asked before each row; true ends the reading.
 */
export async function readRows(
  input: ReadRowsInput,
  handler: RowHandler,
  onBytes: (done: number) => void,
  isFull: () => boolean = () => false,
): Promise<readonly number[]> {
  const segmentRows: number[] = [];
  let before = 0;
  for (const [segment, { file: fileIndex, part }] of input.segments.entries()) {
    const file = input.files[fileIndex];
    if (file === undefined) throw new Error(`Segment ${segment} names no file`);
    let done = 0;
    const rows = await readSegment(file, part, rowParser(segment, handler, isFull), {
      choice: input.choice,
      scratch: input.scratch,
      onBytes: (bytes) => {
        done = bytes;
        onBytes(before + done);
      },
      ...(input.maxRowsPerGroup === undefined ? {} : { maxRows: input.maxRowsPerGroup }),
    });
    segmentRows.push(rows);
    before += done;
    if (isFull()) break;
  }
  return segmentRows;
}

/** Parses what the reader finds: bytes that are not UTF-8, text that is not JSON and values that are no rows are bad. */
function rowParser(segment: number, handler: RowHandler, isFull: () => boolean): RowSink {
  return {
    get full() {
      return isFull();
    },
    text(bytes, start, end, row, wellFormed) {
      const place = { segment, row };
      if (!wellFormed) {
        handler.onBad('bad_utf8', place, () => bytes.toString('utf8', start, end));
        return;
      }
      if (handler.onLine?.(bytes, start, end, place) === true) return;
      // Many lines are ASCII, and those are decoded several times faster as what they also are.
      const line = bytes.toString(isAscii(bytes.subarray(start, end)) ? 'latin1' : 'utf8', start, end);
      let value: unknown;
      try {
        value = JSON.parse(line);
      } catch {
        handler.onBad('bad_json', place, () => line);
        return;
      }
      if (isObject(value)) handler.onRow(value, place, () => line);
      else handler.onBad('no_messages', place, () => line);
    },
    value(value, row, rowGroup) {
      const place = { segment, row, rowGroup };
      if (handler.onValue?.(value, place) === true) return;
      const found = decoded(value) as Row;
      const text = (): string =>
        JSON.stringify(found, (_, member: unknown) =>
          typeof member === 'bigint' ? Number(member) : typeof member === 'symbol' ? '\uFFFD' : member,
        );
      if (holdsBadText(found)) handler.onBad('bad_utf8', place, text);
      else handler.onRow(found, place, text);
    },
  };
}
