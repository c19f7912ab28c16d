import { endOfString } from './end-of-string.js';

/** A value of JSON, and the JSON that it was parsed from. */
export interface ParsedRow {
  readonly value: unknown;
  /** The text, with `null` for each number that is not finite. */
  readonly json: string;
}

/**
 * Parses a row. Outside of texts, `NaN`, `Infinity` and `-Infinity` are null: Python's `json` writes and
 * reads them, though JSON has no such numbers. `undefined` for a text that is no JSON.
 */
export function parseRow(text: string): ParsedRow | undefined {
  const value = parsed(text);
  if (value !== undefined) return { value, json: text };
  const json = withoutNonFinite(text);
  if (json === text) return undefined;
  const read = parsed(json);
  return read === undefined ? undefined : { value: read, json };
}

/** `undefined`, which no JSON stands for, where the text is none. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

const nonFinite = /NaN|-?Infinity/g;

/** Replaces the three words between strings. Where they stand in another word, the result is no JSON. */
function withoutNonFinite(text: string): string {
  if (!text.includes('NaN') && !text.includes('Infinity')) return text;
  let json = '';
  for (let at = 0; at < text.length;) {
    const quote = text.indexOf('"', at);
    const from = quote === -1 ? text.length : quote;
    json += text.slice(at, from).replaceAll(nonFinite, 'null');
    at = quote === -1 ? text.length : endOfString(text, quote);
    json += text.slice(from, at);
  }
  return json;
}
