const longestPath = 4096;
const longestPartBytes = 255;
/** Names that Windows keeps for devices, with whatever ending. */
const deviceName = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;

/**
 * True for a path that stays inside the repository's folder on every system: relative, with `/`, no empty,
 * `.` or `..` part, no backslash, drive or NUL. What a server lists is not trusted to be one.
 */
export function isRepositoryPath(path: string): boolean {
  if (path === '' || path.includes('\\') || path.includes('\0') || /^[a-z]:/i.test(path)) return false;
  return path.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
}

/**
 * Why this system cannot hold a file of this name; `undefined` where it can. Only the files that are chosen
 * are asked: language codes such as `con` are common names of folders.
 *
 * @param platform - as `process.platform`.
 */
export function unheldPath(path: string, platform: string): string | undefined {
  if (path.length > longestPath) return `its path has more than ${longestPath} characters`;
  // oxlint-disable-next-line no-control-regex -- control characters are what this looks for
  if (/[\u0001-\u001f\u007f]/.test(path)) return 'its name has a control character';
  for (const part of path.split('/')) {
    if (utf8Bytes(part) > longestPartBytes)
      return `"${part.slice(0, 40)}…" has more than ${longestPartBytes} bytes`;
    if (platform === 'win32' && deviceName.test(part)) return `"${part}" is the name of a device on Windows`;
  }
  return undefined;
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
