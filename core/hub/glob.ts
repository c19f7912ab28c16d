/**
 * A glob over paths with `/` as a regular expression: `*` and `?` stay within a folder, `**` crosses folders,
 * `[ab]` and `[!ab]` are one character, `{a,b}` either. The glob matches the whole path; a leading `./` is
 * left out.
 */
export function globToRegExp(glob: string): RegExp {
  const text = glob.replace(/^\.\//, '');
  let pattern = '';
  let depth = 0;
  for (let index = 0; index < text.length; index += 1) {
    const rest = text.slice(index);
    const char = text.charAt(index);
    const set = /^\[(!?)([^\]]+)\]/.exec(rest);
    if (rest.startsWith('**/')) {
      pattern += '(?:.*/)?';
      index += 2;
    } else if (rest.startsWith('**')) {
      pattern += '.*';
      index += 1;
    } else if (char === '*') pattern += '[^/]*';
    else if (char === '?') pattern += '[^/]';
    else if (set !== null) {
      pattern += `[${set[1] === '!' ? '^' : ''}${(set[2] ?? '').replace(/[\\^[\]]/g, '\\$&')}]`;
      index += set[0].length - 1;
    } else if (char === '{' && rest.includes('}')) {
      pattern += '(?:';
      depth += 1;
    } else if (char === '}' && depth > 0) {
      pattern += ')';
      depth -= 1;
    } else if (char === ',' && depth > 0) pattern += '|';
    else pattern += char.replace(/[\\^$.|?*+()[\]{}]/g, '\\$&');
  }
  return new RegExp(`^${pattern}$`);
}
