import { createHash } from 'node:crypto';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore, type ArtifactStore } from '../../../activities/artifacts/store.js';
import type { ArtifactRef } from '../../../core/contracts.js';
import type { Message } from '../../../core/convert/conversation.js';
import type { Progress, WorkContext } from '../../../core/progress.js';
import { Train } from '../../../core/recipe.js';

export interface Row {
  readonly source: number;
  readonly messages: readonly Message[];
}

export const user = (content: string): Message => ({ role: 'user', content });
export const assistant = (content: string): Message => ({ role: 'assistant', content });

export const temporaryStore = async (): Promise<ArtifactStore> =>
  openStore(await mkdtemp(join(tmpdir(), 'headrace-store-')));

/** Work that nobody stops; `progress` keeps what it was told. */
export function quietWork(signal: AbortSignal = new AbortController().signal): WorkContext & {
  readonly told: Progress[];
} {
  const told: Progress[] = [];
  return { signal, told, progress: (progress) => void told.push(progress) };
}

export const train = (change: Record<string, unknown> = {}): Train =>
  Train.parse({ base_model: 'headrace/tiny-qwen3', renderer: 'qwen3', learning_rate: 1e-3, ...change });

/** Puts a `mix` artifact into the store, as the mix stage writes it. */
export async function putMix(
  store: ArtifactStore,
  mix: {
    readonly train: readonly Row[];
    readonly heldout?: readonly Row[];
    readonly sources: readonly string[];
  },
): Promise<ArtifactRef> {
  const files = {
    train: textOf(mix.train),
    heldout: textOf(mix.heldout ?? []),
  };
  const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
  const ref: ArtifactRef = { kind: 'mix', key: sha256(JSON.stringify(mix)) };
  for (const side of ['train', 'heldout'] as const)
    await store.put({ kind: 'bucket', key: sha256(files[side]) }, (dir) =>
      writeFile(join(dir, 'lines.jsonl'), files[side]),
    );
  await store.put(ref, async (dir) => {
    for (const side of ['train', 'heldout'] as const) {
      const rows = mix[side] ?? [];
      const sources = Buffer.alloc(rows.length * 2);
      for (const [index, { source }] of rows.entries()) sources.writeUInt16LE(source, index * 2);
      await writeFile(join(dir, `${side}.sources.bin`), sources);
    }
    const facts = (side: 'train' | 'heldout'): object => ({
      lines: (mix[side] ?? []).length,
      bytes: Buffer.byteLength(files[side]),
      sha256: sha256(files[side]),
    });
    const part = (side: 'train' | 'heldout'): object => ({
      bucket: sha256(files[side]),
      bytes: Buffer.byteLength(files[side]),
    });
    const parts = { train: [part('train')], heldout: [part('heldout')] };
    return { train: facts('train'), heldout: facts('heldout'), parts, sources: mix.sources, plan: 'p' };
  });
  return ref;
}

function textOf(rows: readonly Row[]): string {
  return rows.map(({ messages }) => `${JSON.stringify({ messages })}\n`).join('');
}
