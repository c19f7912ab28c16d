import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import type { FileDigest, MixShard, Side } from '../../../core/contracts/mix.js';
import { defined } from '../../../core/defined.js';
import { checkRoom } from '../../../files/room.js';
import type { Artifact } from '../../artifacts/store.js';
import { rejectsName } from '../../convert/output/rejects.js';
import { manifestName } from '../format/mix-artifact.js';
import { entriesName } from '../format/mix-part.js';
import type { WrittenPart } from '../format/written-parts.js';
import { linesOfRuns, type MixedLines } from '../lines/mixed-lines.js';
import { sizeOf, type Mixed, type MixDigests } from './mixed.js';
import { PendingFiles } from './pending-files.js';
import { checkSame, mixRef, putMix } from './put-mix.js';
import { writeLines } from './write-lines.js';

/**
 * Writes the results into a folder. The lines are gathered from the sorted runs, and written again where the
 * store has the mix already. Nothing gets its name before all is written; the manifest is the last.
 */
export async function toFolder(mixed: Mixed, folder: string): Promise<Artifact> {
  const { deps, plan, planKey, parts } = mixed;
  const { store } = deps;
  const runs = await linesOfRuns(store, planKey, plan);
  const entries = parts.map(({ artifact }) => ({ artifact, file: entriesName }));
  await mkdir(folder, { recursive: true });
  const bytes = sizeOf(parts, 'train').bytes + sizeOf(parts, 'heldout').bytes;
  await checkRoom(folder, 'Writing the mix', bytes);
  const pending = new PendingFiles(folder);
  try {
    return await store.bring([...runs, ...entries], async (paths) => {
      const places = { linesPaths: paths.slice(0, runs.length), entriesPaths: paths.slice(runs.length) };
      const mix = await withLines(mixed, (signal) => new FolderWriter(mixed, places, pending).write(signal));
      await store.bring(
        [
          { artifact: mix, file: rejectsName },
          { artifact: mix, file: manifestName },
        ],
        async ([rejects = '', manifest = '']) => {
          await pending.addCopy(rejects, rejectsName);
          await pending.addCopy(manifest, 'manifest.json');
        },
      );
      await pending.publish();
      return mix;
    });
  } finally {
    await pending.discard();
  }
}

/** Writes the lines, and the `mix` artifact where the store does not have it. */
async function withLines(
  mixed: Mixed,
  write: (signal: AbortSignal) => Promise<MixDigests>,
): Promise<Artifact> {
  const before = await mixed.deps.store.find(mixRef(mixed.planKey));
  if (before === undefined) return await putMix(mixed, write);
  checkSame(before, await write(mixed.work.signal));
  return before;
}

/** The lines of all sorted runs, and the entries of all parts. */
interface Places {
  readonly linesPaths: readonly string[];
  readonly entriesPaths: readonly string[];
}

/** Writes the files of both sides. */
class FolderWriter {
  readonly #mixed: Mixed;
  readonly #places: Places;
  readonly #pending: PendingFiles;
  readonly #total: number;
  /** Of the files before the one that is written. */
  #written = 0;

  constructor(mixed: Mixed, places: Places, pending: PendingFiles) {
    this.#mixed = mixed;
    this.#places = places;
    this.#pending = pending;
    this.#total = sizeOf(mixed.parts, 'train').bytes + sizeOf(mixed.parts, 'heldout').bytes;
  }

  async write(signal: AbortSignal): Promise<MixDigests> {
    const { whole: train, shards } = await this.#writeSide('train', signal);
    const { whole: heldout } = await this.#writeSide('heldout', signal);
    return { train, heldout, ...(this.#mixed.hasShards ? { shards } : {}) };
  }

  async #writeSide(
    side: Side,
    signal: AbortSignal,
  ): Promise<{ readonly whole: FileDigest; readonly shards: readonly MixShard[] }> {
    const { deps, files, parts, work } = this.#mixed;
    const [only, ...others] = files[side];
    const hash = others.length === 0 ? undefined : createHash('sha256');
    const written: MixShard[] = [];
    for (const { name, from, to } of files[side]) {
      const lines = this.#linesOf(side, from, parts.slice(from, to));
      const before = this.#written;
      const onProgress = (bytes: number): void => {
        const [done, total] = [before + bytes, this.#total];
        work.progress({ stage: 'mix', label: 'mix', done, total, unit: 'bytes' });
      };
      const options = { signal, onProgress, ...defined({ whole: hash }) };
      const digest = await this.#pending.add(name, (aside) => writeLines(deps, lines, aside, options));
      written.push({ name, ...digest });
      this.#written += digest.bytes;
    }
    const [first] = written;
    if (hash === undefined && only !== undefined && first !== undefined) {
      const { name: _name, ...whole } = first;
      return { whole, shards: written };
    }
    const sha256 = hash?.digest('hex') ?? null;
    return { whole: { ...sizeOf(parts, side), sha256 }, shards: written };
  }

  /** @param first - number of the first part. */
  #linesOf(side: Side, first: number, parts: readonly WrittenPart[]): MixedLines {
    const { linesPaths, entriesPaths } = this.#places;
    const buckets = parts.flatMap(({ meta }, at) =>
      meta.sides[side].buckets.map((bucket) => ({ ...bucket, entriesPath: entriesPaths[first + at] ?? '' })),
    );
    return { linesPaths, buckets };
  }
}
