const backslash = 0x5c;

/** The text of a JSON string, given without its quotes: as UTF-8 where it has no escapes. */
export function textOfJson(json: Uint8Array): string | Uint8Array {
  return json.includes(backslash) ? decodedJson(json) : json;
}

/** As {@link textOfJson}, always decoded. */
export function decodedJson(json: Uint8Array): string {
  return JSON.parse(`"${Buffer.from(json).toString()}"`) as string;
}
