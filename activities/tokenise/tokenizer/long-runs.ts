import { isSpace } from '../../../core/text/strip.js';

/** Code points that Kimi's tokenizer encodes at once, and the longest run in them. */
const [longestText, longestRun] = [400_000, 25_000];

/**
 * Cuts a text as Kimi's tokenizer does before it encodes: into at most 400,000 code points, and there within
 * every run of more than 25,000 that are all white space, or all none. Source: moonshotai/Kimi-K2.6,
 * tokenization_kimi.py, `_split_whitespaces_or_nonwhitespaces`.
 */
export function cutLongRuns(text: string): readonly string[] {
  if (text.length <= longestRun) return [text];
  const parts: string[] = [];
  let [begin, points, run] = [0, 0, 0];
  let isOfSpaces = false;
  for (let at = 0; at < text.length;) {
    const isNowSpace = isSpace(text.charCodeAt(at));
    run = isNowSpace === isOfSpaces || points === 0 ? run + 1 : 1;
    isOfSpaces = isNowSpace;
    if (points === longestText || run > longestRun) {
      parts.push(text.slice(begin, at));
      begin = at;
      if (points === longestText) points = 0;
      run = 1;
    }
    points += 1;
    at += (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
  }
  parts.push(text.slice(begin));
  return parts;
}
