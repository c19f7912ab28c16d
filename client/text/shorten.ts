/** The text, or its first `length` characters and `…`. */
export function shorten(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length)}…` : text;
}

/** The text shortened, with each run of white space replaced by one space. */
export function oneLine(text: string, length: number): string {
  return shorten(text.replaceAll(/\s+/g, ' ').trim(), length);
}

/** The text with control characters escaped: rows of a corpus must not control the terminal. */
export function escapeControls(text: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what is replaced
  return text.replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, (char) =>
    JSON.stringify(char).slice(1, -1),
  );
}
