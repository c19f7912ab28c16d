import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ArtifactStore } from '../../activities/artifacts/store.js';
import { openStore } from '../../activities/artifacts/open-store.js';
import { crc32 } from '../../files/crc32.js';
import { linesName } from '../../activities/convert/output/sorted-run-format.js';
import { mixEntryAt, mixEntryBytes } from '../../activities/mix/format/mix-entry.js';
import {
  entriesName,
  originsName,
  partsName,
  type MixPartMeta,
  type MixParts,
  type PartSide,
} from '../../activities/mix/format/mix-part.js';
import { mixPartRef, mixPlanName, type MixPlanFile } from '../../activities/mix/format/mix-plan.js';
import { originBytes } from '../../activities/mix/format/origin.js';
import type { ArtifactRef } from '../../core/contracts/artifact.js';
import { canonicalLine } from '../../core/convert/conversation/canonical-line.js';
import type { Conversation, Message } from '../../core/convert/conversation/conversation.js';
import { Train } from '../../core/recipe.js';
import { temporaryFolder } from './folder.js';

export interface Row extends Conversation {
  readonly source: number;
}

export const user = (content: string): Message => ({ role: 'user', content });
export const assistant = (content: string): Message => ({ role: 'assistant', content });

export async function temporaryStore(): Promise<ArtifactStore> {
  return await openStore(await temporaryFolder());
}

export const train = (change: Record<string, unknown> = {}): Train =>
  Train.parse({ base_model: 'headrace/tiny-qwen3', renderer: 'qwen3', learning_rate: 1e-3, ...change });

/** The day on which runs of tests start. */
export const startedOn = '2026-11-28';

/** Puts a `mix` and its plan into the store, as the mix stage writes them. */
export async function putMix(
  store: ArtifactStore,
  mix: {
    readonly train: readonly Row[];
    readonly heldout?: readonly Row[];
    readonly sources: readonly string[];
  },
): Promise<{ readonly mix: ArtifactRef; readonly mixPlan: ArtifactRef }> {
  const files = {
    train: textOf(mix.train),
    heldout: textOf(mix.heldout ?? []),
  };
  const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
  const ref: ArtifactRef = { kind: 'mix', key: sha256(JSON.stringify(mix)) };
  const piece: ArtifactRef = { kind: 'piece', key: sha256(`piece ${ref.key}`) };
  const plan: ArtifactRef = { kind: 'mix-plan', key: sha256(`plan ${ref.key}`) };
  await store.put(piece, async (dir) => {
    await writeFile(join(dir, linesName(0)), files.train);
    await writeFile(join(dir, linesName(1)), files.heldout);
  });
  const planned: MixPlanFile = {
    seed: 0,
    heldout: { fraction: 0 },
    sources: mix.sources.map((name) => ({ name, plan: '', summary: '', repeat: 1 })),
    sortedRuns: [0, 1].map((sortedRun) => ({
      source: 0,
      piece: piece.key,
      sortedRun,
      firstSlice: 0,
      entries: 0,
    })),
    partitions: 1,
    bucketBytes: 1,
    bytes: 0,
  };
  await store.put(plan, (dir) => writeFile(join(dir, mixPlanName), JSON.stringify(planned)));
  const sides = {
    train: sideOf(files.train, 0),
    heldout: sideOf(files.heldout, mix.train.length),
  };
  const part = mixPartRef(plan.key, 0);
  const rows = [...mix.train, ...(mix.heldout ?? [])];
  await store.put(part, async (dir) => {
    await writeFile(
      join(dir, entriesName),
      Buffer.concat([entriesOf(files.train, 0), entriesOf(files.heldout, 1)]),
    );
    const origins = Buffer.alloc(rows.length * originBytes);
    for (const [index, { source }] of rows.entries()) origins.writeUInt16LE(source, index * originBytes);
    await writeFile(join(dir, originsName), origins);
    return { sides, volumes: { train: [], heldout: [] } } satisfies MixPartMeta;
  });
  const parts: MixParts = [{ key: part.key, sides }];
  await store.put(ref, async (dir) => {
    await writeFile(join(dir, partsName), JSON.stringify(parts));
    const facts = (side: 'train' | 'heldout'): object => ({
      lines: (mix[side] ?? []).length,
      bytes: Buffer.byteLength(files[side]),
      sha256: sha256(files[side]),
    });
    return { train: facts('train'), heldout: facts('heldout'), sources: mix.sources, plan: plan.key };
  });
  return { mix: ref, mixPlan: plan };
}

/** A side of the part, with a bucket for each line. */
function sideOf(text: string, firstEntry: number): PartSide {
  const sizes = text
    .split('\n')
    .slice(0, -1)
    .map((line) => Buffer.byteLength(line) + 1);
  return {
    lines: sizes.length,
    bytes: Buffer.byteLength(text),
    buckets: sizes.map((bytes, at) => ({ from: firstEntry + at, to: firstEntry + at + 1, bytes })),
  };
}

/** The mix plan's entries of lines that stand in one sorted run in the file's order. */
function entriesOf(text: string, sortedRun: number): Buffer {
  const lines = text.split('\n').slice(0, -1);
  const entries = Buffer.alloc(lines.length * mixEntryBytes);
  let offset = 0;
  for (const [index, line] of lines.entries()) {
    const at = index * mixEntryBytes;
    const bytes = Buffer.from(line);
    entries.writeUIntLE(offset, at + mixEntryAt.offset, 6);
    entries.writeUInt32LE(bytes.length, at + mixEntryAt.length);
    entries.writeUInt32LE(sortedRun, at + mixEntryAt.sortedRun);
    entries.writeUInt32LE(crc32(bytes), at + mixEntryAt.crc);
    offset += bytes.length + 1;
  }
  return entries;
}

function textOf(rows: readonly Row[]): string {
  return rows.map((row) => `${canonicalLine(row)}\n`).join('');
}
