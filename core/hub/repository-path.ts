const longestPartBytes = 255;
/** Names that Windows keeps for devices, with whatever ending. */
const deviceName = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;

/**
 * True for a path that stays inside the repository's folder on every system: relative, with `/`, no empty,
 * `.` or `..` part, none too long for a file name or the name of a device, no backslash, drive or control
 * character. What a server lists is not trusted to be one.
 */
export function isRepositoryPath(path: string): boolean {
  // oxlint-disable-next-line no-control-regex -- control characters are what this looks for
  if (path === '' || path.length > 4096 || /[\\\u0000-\u001f\u007f]/.test(path)) return false;
  if (/^[a-z]:/i.test(path)) return false;
  return path
    .split('/')
    .every(
      (part) =>
        part !== '' &&
        part !== '.' &&
        part !== '..' &&
        utf8Bytes(part) <= longestPartBytes &&
        !deviceName.test(part),
    );
}

function utf8Bytes(text: string): number {
  let bytes = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return bytes;
}

/**
 * A path that cannot be beside the others: it is listed twice, or another path goes through it as if it were
 * a folder.
 */
export function clashingPath(paths: readonly string[]): string | undefined {
  const seen = new Set<string>();
  const folders = new Set<string>();
  for (const path of paths) {
    if (seen.has(path)) return path;
    seen.add(path);
    for (let at = path.indexOf('/'); at !== -1; at = path.indexOf('/', at + 1))
      folders.add(path.slice(0, at));
  }
  return paths.find((path) => folders.has(path));
}

/** An id as the Hub allows it: `owner/name`, or the bare name of an old dataset. */
export function isRepositoryId(id: string): boolean {
  return /^[\w-][\w.-]{0,95}(\/[\w-][\w.-]{0,95})?$/.test(id) && !id.includes('..');
}
