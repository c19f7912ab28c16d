import { TinkerError } from '../errors.js';

const mostFiles = 1_000;

/** The file names that a server gives for one adapter. They come from outside and become paths. */
export class AdapterNames {
  readonly #names = new Set<string>();

  /** @throws {TinkerError} protocol, where no adapter has a file of that name, or has this many. */
  add(name: string): void {
    if (!isSafe(name) || this.#names.has(name))
      throw new TinkerError(
        'protocol',
        `The server names a file that no adapter has: ${JSON.stringify(name)}`,
      );
    if (this.#names.add(name).size > mostFiles)
      throw new TinkerError('protocol', `The server names more than ${mostFiles} files for an adapter`);
  }
}

/** Names that Windows takes for a device, with or without an extension. */
const device = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;

/** True for a name that stays below its folder on every system: no `..`, root, drive, backslash or device. */
function isSafe(name: string): boolean {
  return name
    .split('/')
    .every((part) => /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,200}$/.test(part) && !device.test(part));
}
