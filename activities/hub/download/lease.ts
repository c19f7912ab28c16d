import { randomUUID } from 'node:crypto';
import { link, readFile, readlink, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { z } from 'zod';
import { hasCode, isMissing } from '../../artifacts/store.js';

const Holder = z.object({
  attempt: z.string(),
  pid: z.number(),
  /** Where a process id means something: the machine and its namespace of process ids. */
  machine: z.string(),
});
type Holder = z.infer<typeof Holder>;

/** The holder says that it lives this often … */
const refreshMs = 2000;
/** … and is taken for dead after so long a silence, where its process cannot be asked. */
const deadAfterMs = 15_000;

/**
 * The right to fetch one file: of all processes that want it, on one disk, one has it, and the others wait for what
 * comes. A holder that died loses it at once where its process can be looked for, else after some seconds.
 */
export class Lease {
  /** Another attempt has it, as far as the last sign of life saw. */
  isLost = false;
  private readonly timer: NodeJS.Timeout;

  private constructor(
    private readonly path: string,
    private readonly attempt: string,
  ) {
    // A disk that fails shows in the writes.
    this.timer = setInterval(() => void this.refresh().catch(() => undefined), refreshMs);
    this.timer.unref();
  }

  /** The lease, or `undefined` while another attempt has it. */
  static async take(path: string): Promise<Lease | undefined> {
    const attempt = randomUUID();
    const holder: Holder = { attempt, pid: process.pid, machine: await machine() };
    const aside = `${path}.${attempt.slice(0, 8)}`;
    await writeFile(aside, JSON.stringify(holder));
    try {
      for (;;) {
        try {
          // Appears with its content, or not at all.
          await link(aside, path);
          return new Lease(path, attempt);
        } catch (error) {
          if (!hasCode(error, 'EEXIST')) throw error;
        }
        if (!(await isDead(path))) return undefined;
        await putAway(path);
      }
    } finally {
      await rm(aside, { force: true });
    }
  }

  private async refresh(): Promise<void> {
    this.isLost = !(await this.isHeld());
    if (this.isLost) return;
    const now = new Date();
    await utimes(this.path, now, now);
  }

  async isHeld(): Promise<boolean> {
    return (await readHolder(this.path))?.attempt === this.attempt;
  }

  async release(): Promise<void> {
    clearInterval(this.timer);
    if (await this.isHeld()) await rm(this.path, { force: true });
  }
}

async function machine(): Promise<string> {
  const namespace = await readlink('/proc/self/ns/pid').catch(() => 'one');
  return `${hostname()} ${namespace}`;
}

async function readHolder(path: string): Promise<Holder | undefined> {
  try {
    return Holder.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (error) {
    if (isMissing(error) || error instanceof SyntaxError || error instanceof z.ZodError) return undefined;
    throw error;
  }
}

async function isDead(path: string): Promise<boolean> {
  const holder = await readHolder(path);
  if (holder !== undefined && holder.machine === (await machine()) && !isRunning(holder.pid)) return true;
  try {
    return Date.now() - (await stat(path)).mtimeMs > deadAfterMs;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // It is there, and another user's.
    return hasCode(error, 'EPERM');
  }
}

/** Removes a dead holder's lease; of several that try, the rename lets one win. */
async function putAway(path: string): Promise<void> {
  const aside = `${path}.${randomUUID().slice(0, 8)}`;
  try {
    await rename(path, aside);
  } catch (error) {
    if (!isMissing(error)) throw error;
    return;
  }
  await rm(aside, { force: true });
}
