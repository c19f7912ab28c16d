import { formatCount } from '../../format.js';

/**
 * A name from the data for users: in quotes where it has characters that do not show or that control a
 * terminal.
 */
export function shownName(name: string): string {
  return /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]+$/u.test(name) ? name : quoted(name);
}

const mostNames = 20;

/** `id, source, … and 3 more`. */
export function shownNames(names: readonly string[]): string {
  const shown = names.slice(0, mostNames).map(shownName).join(', ');
  return names.length > mostNames ? `${shown}, … and ${formatCount(names.length - mostNames)} more` : shown;
}

/** A name as a word of YAML's flow style, in quotes where it needs them. */
export function yamlWord(name: string): string {
  const isPlain = /^[a-z_][\w-]*$/i.test(name) && !/^(true|false|null|yes|no|on|off|y|n)$/i.test(name);
  return isPlain ? name : quoted(name);
}

/** In double quotes, with escapes that JSON and YAML share; what does not show is escaped, too. */
function quoted(name: string): string {
  return JSON.stringify(name).replaceAll(/[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu, (char) =>
    Array.from({ length: char.length }, (_, at) => escaped(char.charCodeAt(at))).join(''),
  );
}

function escaped(unit: number): string {
  return `\\u${unit.toString(16).padStart(4, '0')}`;
}
