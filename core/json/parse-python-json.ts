import { parseSpelled, type SpelledJson } from './spelled-json.js';

/**
 * The value of JSON that Python wrote: of a number beyond the doubles it has `Infinity`, which is no JSON.
 *
 * @throws {SyntaxError} as JSON.parse.
 */
export function parsePythonJson(text: string): SpelledJson {
  return parseSpelled(
    text.replace(/"(?:[^"\\]|\\.)*"|Infinity/gs, (token) => (token === 'Infinity' ? '1e999' : token)),
  );
}
