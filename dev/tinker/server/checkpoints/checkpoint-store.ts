import { createHash, randomUUID } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { namesIn } from '../../../../files/names-in.js';
import { writeFileAtomic } from '../../../../files/write-atomic.js';
import { formatCheckpointPath, type CheckpointPath } from '../../../../tinker/paths.js';
import { Problem } from '../problem.js';
import { CheckpointMeta } from './checkpoint-files.js';

/** A training run: a model that was created, loaded or not. */
export const RunMeta = z.object({
  runId: z.string(),
  baseModel: z.string(),
  loraRank: z.number().int(),
  userMetadata: z.record(z.string(), z.string()),
  createdAt: z.iso.datetime(),
});
export type RunMeta = z.infer<typeof RunMeta>;

export type CheckpointKind = CheckpointMeta['kind'];

/**
 * Training runs and checkpoints on disk, with an index in memory: `runs/<run>/run.json`,
 * `runs/<run>/<kind>/…`. The data file is written before its record, and both durably: after a crash a
 * checkpoint exists whole or not at all.
 */
export class CheckpointStore {
  readonly #root: string;
  /** Milliseconds since the epoch. */
  readonly #now: () => number;
  readonly #runs = new Map<string, RunMeta>();
  readonly #checkpoints = new Map<string, CheckpointMeta>();
  /** Names of saves that are queued. */
  readonly #reserved = new Set<string>();

  private constructor(root: string, now: () => number) {
    this.#root = root;
    this.#now = now;
  }

  static async open(stateDir: string, now: () => number): Promise<CheckpointStore> {
    const store = new CheckpointStore(join(stateDir, 'runs'), now);
    await store.#scan();
    return store;
  }

  async addRun(run: RunMeta): Promise<void> {
    await writeFileAtomic(join(this.#runDir(run.runId), 'run.json'), JSON.stringify(run, null, 2));
    this.#runs.set(run.runId, run);
  }

  run(runId: string): RunMeta {
    const run = this.#runs.get(runId);
    if (run === undefined) throw new Problem(404, `Training run ${runId} does not exist`);
    return run;
  }

  /** Oldest first. */
  allRuns(): readonly RunMeta[] {
    return [...this.#runs.values()].sort((a, b) => a.createdAt.localeCompare(b.createdAt));
  }

  /** @throws {Problem} 409 where the name is used or reserved. */
  checkFree(path: CheckpointPath): void {
    const key = formatCheckpointPath(path);
    if (this.#alive(key) !== undefined || this.#reserved.has(key))
      throw new Problem(409, `Checkpoint with the same name already exists: ${key}`);
  }

  /** Reserves a name for a save that is queued. */
  reserve(path: CheckpointPath): void {
    this.#reserved.add(formatCheckpointPath(path));
  }

  /** Ends a reservation. */
  release(path: CheckpointPath): void {
    this.#reserved.delete(formatCheckpointPath(path));
  }

  async save(
    meta: Omit<CheckpointMeta, 'createdAt' | 'dataFile' | 'sizeBytes'>,
    data: Uint8Array,
  ): Promise<string> {
    const key = formatCheckpointPath(meta);
    const replaced = this.#checkpoints.get(key);
    const dataFile = `${nameHash(meta.name)}.${randomUUID().slice(0, 8)}.safetensors`;
    await writeFileAtomic(join(this.#kindDir(meta), dataFile), data);
    const whole = { ...meta, createdAt: this.#iso(0), dataFile, sizeBytes: data.byteLength };
    await this.#writeMeta(whole);
    if (replaced !== undefined) await rm(join(this.#kindDir(replaced), replaced.dataFile), { force: true });
    return key;
  }

  /** @throws {Problem} 404 where it does not exist or has expired. */
  get(path: CheckpointPath): CheckpointMeta {
    const key = formatCheckpointPath(path);
    const meta = this.#alive(key);
    if (meta === undefined) throw new Problem(404, `Checkpoint ${key} does not exist or has expired`);
    return meta;
  }

  async readData(meta: CheckpointMeta): Promise<{ readonly bytes: Uint8Array; readonly file: string }> {
    const file = join(this.#kindDir(meta), meta.dataFile);
    return { bytes: await readFile(file), file };
  }

  /** Newest first; of one training run, or of all. */
  list(runId?: string): readonly CheckpointMeta[] {
    return [...this.#checkpoints.entries()]
      .filter(
        ([key, meta]) => (runId === undefined || meta.runId === runId) && this.#alive(key) !== undefined,
      )
      .map(([, meta]) => meta)
      .sort((a, b) => b.createdAt.localeCompare(a.createdAt));
  }

  async setTtl(path: CheckpointPath, ttlSeconds: number | null): Promise<void> {
    await this.#writeMeta({ ...this.get(path), expiresAt: this.expiry(ttlSeconds) });
  }

  async remove(path: CheckpointPath): Promise<void> {
    await this.#erase(this.get(path));
  }

  /** When a checkpoint that is saved now expires; `null`: never. */
  expiry(ttlSeconds: number | null | undefined): string | null {
    return typeof ttlSeconds === 'number' ? this.#iso(ttlSeconds) : null;
  }

  /** Removes what has expired from the disk. */
  async purge(): Promise<void> {
    for (const [key, meta] of this.#checkpoints) if (this.#alive(key) === undefined) await this.#erase(meta);
  }

  #alive(key: string): CheckpointMeta | undefined {
    const meta = this.#checkpoints.get(key);
    const expired =
      meta?.expiresAt !== undefined && meta.expiresAt !== null && Date.parse(meta.expiresAt) <= this.#now();
    return expired ? undefined : meta;
  }

  async #erase(meta: CheckpointMeta): Promise<void> {
    this.#checkpoints.delete(formatCheckpointPath(meta));
    await rm(this.#metaFile(meta), { force: true });
    await rm(join(this.#kindDir(meta), meta.dataFile), { force: true });
  }

  async #writeMeta(meta: CheckpointMeta): Promise<void> {
    await writeFileAtomic(this.#metaFile(meta), JSON.stringify(meta, null, 2));
    this.#checkpoints.set(formatCheckpointPath(meta), meta);
  }

  async #scan(): Promise<void> {
    for (const dir of await namesIn(this.#root)) {
      const runFile = join(this.#root, dir, 'run.json');
      if (!(await namesIn(join(this.#root, dir))).includes('run.json')) continue;
      const run = RunMeta.parse(JSON.parse(await readFile(runFile, 'utf8')));
      this.#runs.set(run.runId, run);
      for (const kind of ['weights', 'sampler_weights', 'external_weights'] as const)
        await this.#scanKind(join(this.#root, dir, kind));
    }
  }

  /** Reads the records, and removes data files without one: a crash left them. */
  async #scanKind(dir: string): Promise<void> {
    const names = await namesIn(dir);
    const used = new Set<string>();
    for (const name of names.filter((each) => each.endsWith('.json'))) {
      const meta = CheckpointMeta.parse(JSON.parse(await readFile(join(dir, name), 'utf8')));
      used.add(name).add(meta.dataFile);
      this.#checkpoints.set(formatCheckpointPath(meta), meta);
    }
    for (const name of names) if (!used.has(name)) await rm(join(dir, name), { force: true });
  }

  #runDir(runId: string): string {
    return join(this.#root, runId.replaceAll(':', '.'));
  }

  #kindDir({ runId, kind }: { readonly runId: string; readonly kind: string }): string {
    return join(this.#runDir(runId), kind);
  }

  #metaFile(meta: CheckpointMeta): string {
    return join(this.#kindDir(meta), `${nameHash(meta.name)}.json`);
  }

  #iso(secondsFromNow: number): string {
    return new Date(this.#now() + secondsFromNow * 1000).toISOString();
  }
}

/** A file name for any checkpoint name: those may be 255 characters long, and differ in case only. */
function nameHash(name: string): string {
  return createHash('sha256').update(name).digest('hex').slice(0, 32);
}
