import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, rmdir, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import { TinkerError } from './errors.js';

export interface DownloadedAdapter {
  /** Names below the folder. */
  readonly files: readonly string[];
  readonly bytes: number;
}

const mostFiles = 1_000;
/** What loaders look for first: without it there is no adapter. */
const configName = 'adapter_config.json';
/** Begins the name of the hidden folder that files wait in; what follows says who fills it. */
const asidePrefix = `.adapter-${hostname()}-`;

/**
 * A folder that an adapter comes into. Files are written into a hidden folder inside it, checked, flushed and moved out when all
 * are there, the configuration last: whatever ends the process, a file under its name is whole, and a folder with a
 * configuration holds a whole adapter.
 */
export class AdapterFolder {
  private readonly names: string[] = [];

  private constructor(private readonly aside: string) {}

  /**
   * @param write puts each file where {@link add} says.
   * @throws {TinkerError} protocol, where the names or the files are not those of an adapter; what `write` throws. The folder is then
   * as it was.
   */
  static async fill(
    folder: string,
    write: (adapter: AdapterFolder) => Promise<void>,
  ): Promise<DownloadedAdapter> {
    const made = await mkdir(folder, { recursive: true });
    await removeAbandoned(folder);
    const adapter = new AdapterFolder(join(folder, `${asidePrefix}${process.pid}-${randomUUID()}`));
    await mkdir(join(adapter.aside, 'files'), { recursive: true });
    try {
      await write(adapter);
      const bytes = await adapter.check();
      await adapter.moveInto(folder);
      return { files: adapter.names, bytes };
    } finally {
      await rm(adapter.aside, { recursive: true, force: true });
      if (made !== undefined) await removeEmpty(folder, made);
    }
  }

  /** Where the file of that name is to be written. @throws {TinkerError} protocol, where no adapter has one of that name. */
  async add(name: string): Promise<string> {
    if (!isAdapterFile(name) || this.names.includes(name))
      throw new TinkerError(
        'protocol',
        `The server names a file that no adapter has: ${JSON.stringify(name)}`,
      );
    if (this.names.push(name) > mostFiles)
      throw new TinkerError('protocol', `The server names more than ${mostFiles} files for an adapter`);
    const path = this.pathOf(name);
    await mkdir(dirname(path), { recursive: true });
    return path;
  }

  /** A place for what is not of the adapter and goes when it is filled. */
  besides(name: string): string {
    return join(this.aside, name);
  }

  private pathOf(name: string): string {
    return join(this.aside, 'files', name);
  }

  /** Looks at every file and flushes it. Returns how many bytes they have together. */
  private async check(): Promise<number> {
    for (const [what, is] of [
      [configName, isConfig],
      ['*.safetensors', isWeights],
    ] as const)
      if (!this.names.some(is))
        throw new TinkerError('protocol', `The server gave an adapter without ${what}`);
    let total = 0;
    for (const name of this.names) {
      const path = this.pathOf(name);
      const isWhole = isConfig(name) ? await isJson(path) : !isWeights(name) || (await isSafetensors(path));
      if (!isWhole)
        throw new TinkerError('protocol', `The server gave an adapter whose ${name} cannot be read`);
      await flush(path);
      total += (await stat(path)).size;
    }
    return total;
  }

  private async moveInto(folder: string): Promise<void> {
    const [first, last] = [this.names.filter((name) => !isConfig(name)), this.names.filter(isConfig)];
    const folders = new Set([folder, ...this.names.map((name) => dirname(join(folder, name)))]);
    // Of an adapter that is replaced the configuration goes first: it must not speak of other weights.
    for (const name of last) await rm(join(folder, name), { force: true });
    for (const names of [first, last]) {
      for (const name of names) {
        await mkdir(dirname(join(folder, name)), { recursive: true });
        await rename(this.pathOf(name), join(folder, name));
      }
      for (const each of folders) await flush(each);
    }
  }
}

/** What Windows takes for a device, whatever comes after a dot. */
const device = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;

/** True for a name that is the same file below a folder on every system: no `..`, root, drive, backslash or device. */
function isAdapterFile(name: string): boolean {
  return name
    .split('/')
    .every((part) => /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,200}$/.test(part) && !device.test(part));
}

const isConfig = (name: string): boolean => basename(name) === configName;
const isWeights = (name: string): boolean => name.endsWith('.safetensors');

const largestConfigBytes = 1 << 20;

async function isJson(path: string): Promise<boolean> {
  if ((await stat(path)).size > largestConfigBytes) return false;
  try {
    return z.looseObject({}).safeParse(JSON.parse(await readFile(path, 'utf8'))).success;
  } catch {
    return false;
  }
}

/** The bound that the format itself sets. */
const largestHeaderBytes = 100_000_000;
const Extent = z.object({ data_offsets: z.tuple([z.number(), z.number()]) });

/** Whether the file ends where its header says that the last tensor does. */
async function isSafetensors(path: string): Promise<boolean> {
  const handle = await open(path, 'r');
  try {
    const length = Buffer.alloc(8);
    await handle.read(length, 0, 8, 0);
    const headerBytes = Number(length.readBigUInt64LE());
    const { size } = await handle.stat();
    if (headerBytes > Math.min(largestHeaderBytes, size - 8)) return false;
    const header = Buffer.alloc(headerBytes);
    await handle.read(header, 0, headerBytes, 8);
    const { __metadata__: _, ...tensors } = z.looseObject({}).parse(JSON.parse(header.toString('utf8')));
    const ends = Object.values(tensors).map((tensor) => Extent.parse(tensor).data_offsets[1]);
    return 8 + headerBytes + ends.reduce((last, end) => Math.max(last, end), 0) === size;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof z.ZodError) return false;
    throw error;
  } finally {
    await handle.close();
  }
}

/** Removes the folder, and those above it down from `first`, where there is nothing in them. */
async function removeEmpty(folder: string, first: string): Promise<void> {
  try {
    for (let at = resolve(folder); ; at = dirname(at)) {
      await rmdir(at);
      if (at === resolve(first)) return;
    }
  } catch {
    // It holds something, and shall stay.
  }
}

/** Flushes a file or folder to disk. */
async function flush(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Removes what processes of this machine that are no more have left in the folder. */
async function removeAbandoned(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const [pid] = name.startsWith(asidePrefix) ? name.slice(asidePrefix.length).split('-') : [];
    if (pid !== undefined && !isRunning(Number(pid)))
      await rm(join(folder, name), { recursive: true, force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // It is there, and another user's.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
