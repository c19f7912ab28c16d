import { mkdir, readFile, rename, rm, rmdir, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import { nameOfThisProcess, removeOfDeadProcesses } from '../../files/scratch.js';
import { fsyncPath } from '../../files/write-atomic.js';
import { TinkerError, type AdapterTarget, type Tinker } from '../../tinker/index.js';
import { isSafetensors } from './safetensors.js';

export interface DownloadedAdapter {
  /** Names below the folder. */
  readonly files: readonly string[];
  readonly bytes: number;
}

/** The file that loaders read first. */
const configName = 'adapter_config.json';
/** Begins the name of the hidden folder that files are written into; the process follows. */
const asidePrefix = '.adapter-';

/**
 * Downloads a checkpoint's adapter into `folder`. Files are written into a hidden folder inside it, checked,
 * flushed and then moved out, the configuration last. After a crash a file under its name is complete, and a
 * folder with a configuration holds a complete adapter. The next download removes the hidden folder of a
 * killed process.
 *
 * @throws {TinkerError} what `Tinker.downloadAdapter` throws; protocol, where the files are not those of an
 * adapter. The folder is then as it was.
 */
export async function downloadAdapter(
  tinker: Tinker,
  path: string,
  folder: string,
  signal?: AbortSignal,
): Promise<DownloadedAdapter> {
  const made = await mkdir(folder, { recursive: true });
  await removeOfDeadProcesses(folder, { prefix: asidePrefix, suffix: '' });
  const aside = join(folder, `${asidePrefix}${nameOfThisProcess()}`);
  const adapter = new AdapterAside(join(aside, 'files'), join(aside, 'archive'));
  try {
    await mkdir(aside);
    await tinker.downloadAdapter(path, adapter, signal);
    const bytes = await adapter.check();
    await adapter.moveInto(folder);
    return { files: adapter.names, bytes };
  } finally {
    await rm(aside, { recursive: true, force: true });
    if (made !== undefined) await removeEmpty(folder, made);
  }
}

/** The files of an adapter before they are complete. */
class AdapterAside implements AdapterTarget {
  readonly names: string[] = [];
  readonly archive: string;
  readonly #dir: string;

  constructor(dir: string, archive: string) {
    this.#dir = dir;
    this.archive = archive;
  }

  async fileFor(name: string): Promise<string> {
    this.names.push(name);
    const path = join(this.#dir, name);
    await mkdir(dirname(path), { recursive: true });
    return path;
  }

  /** Checks and flushes every file. Returns their bytes together. @throws {TinkerError} protocol. */
  async check(): Promise<number> {
    for (const [what, is] of [
      [configName, isConfig],
      ['*.safetensors', isWeights],
    ] as const)
      if (!this.names.some(is))
        throw new TinkerError('protocol', `The server gave an adapter without ${what}`);
    let bytes = 0;
    for (const name of this.names) {
      const path = join(this.#dir, name);
      if (!(await isWhole(name, path)))
        throw new TinkerError('protocol', `The server gave an adapter whose ${name} cannot be read`);
      await fsyncPath(path);
      bytes += (await stat(path)).size;
    }
    return bytes;
  }

  async moveInto(folder: string): Promise<void> {
    const configs = this.names.filter(isConfig);
    const others = this.names.filter((name) => !isConfig(name));
    const folders = new Set([folder, ...this.names.map((name) => dirname(join(folder, name)))]);
    // The configuration of a replaced adapter is removed first: it does not fit the new weights.
    for (const name of configs) await rm(join(folder, name), { force: true });
    for (const names of [others, configs]) {
      for (const name of names) {
        await mkdir(dirname(join(folder, name)), { recursive: true });
        await rename(join(this.#dir, name), join(folder, name));
      }
      for (const each of folders) await fsyncPath(each);
    }
  }
}

const isConfig = (name: string): boolean => basename(name) === configName;
const isWeights = (name: string): boolean => name.endsWith('.safetensors');

async function isWhole(name: string, path: string): Promise<boolean> {
  if (isConfig(name)) return await isJsonObject(path);
  return !isWeights(name) || (await isSafetensors(path));
}

const largestConfigBytes = 1 << 20;

async function isJsonObject(path: string): Promise<boolean> {
  if ((await stat(path)).size > largestConfigBytes) return false;
  try {
    return z.looseObject({}).safeParse(JSON.parse(await readFile(path, 'utf8'))).success;
  } catch {
    return false;
  }
}

/** Removes the folder and its parents down from `first`, as far as they are empty. */
async function removeEmpty(folder: string, first: string): Promise<void> {
  try {
    for (let at = resolve(folder); ; at = dirname(at)) {
      await rmdir(at);
      if (at === resolve(first)) return;
    }
  } catch {
    // It is not empty.
  }
}
