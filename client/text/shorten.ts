/** The text, or its first `length` characters and `…`. */
export function shorten(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length)}…` : text;
}

/** The text shortened, with each run of white space replaced by one space. */
export function oneLine(text: string, length: number): string {
  return shorten(text.replaceAll(/\s+/g, ' ').trim(), length);
}

/**
 * The text with control characters and those that turn the direction of writing escaped: rows of a corpus
 * must not control the terminal.
 */
export function escapeControls(text: string): string {
  return text.replaceAll(
    // oxlint-disable-next-line no-control-regex -- control characters are what is replaced
    /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g,
    escapeOf,
  );
}

/** As JSON has it; its writers leave those above 0x7e as they are. */
function escapeOf(char: string): string {
  const json = JSON.stringify(char).slice(1, -1);
  return json === char ? `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}` : json;
}
