/** Where the reader of a segment puts what it finds, in reading order. Row numbers start at 1 in the segment. */
export interface RowSink {
  /** Set by the sink when it wants no more rows. */
  readonly full: boolean;
  /**
   * One row as JSON text: `bytes[start, end)`, good only during the call.
   *
   * @param row - as an editor counts lines, or the position in the list of a JSON file.
   * @param wellFormed - whether the bytes are UTF-8.
   */
  text(bytes: Buffer, start: number, end: number, row: number, wellFormed: boolean): void;
  /** One row of a parquet file. Texts of columns of messages are `TextBytes`. */
  value(value: Readonly<Record<string, unknown>>, row: number, rowGroup: number): void;
}

/** Cuts a stream of bytes into rows and hands them to a sink. */
export interface RowSplitter {
  push(chunk: Uint8Array): void;
  /** Ends the stream; returns how many rows (of lines: also the blank ones) it had. */
  end(): number;
}
