import { open } from 'node:fs/promises';
import type { Side } from '../../../core/contracts/mix.js';
import { HeadraceError } from '../../../core/errors.js';
import type { Artifact, ArtifactStore } from '../../artifacts/store.js';
import { originsName, readMixParts } from '../format/mix-part.js';
import { originAt, originBytes } from '../format/origin.js';

/** Where a line was made. */
export interface LineOrigin {
  /** Position of the source in the recipe. */
  readonly source: number;
  /** Slice of the source's conversion plan. */
  readonly slice: number;
  /** In the slice, from 1. */
  readonly row: number;
}

/**
 * The origin of a line of train.jsonl or heldout.jsonl; `undefined` where there is no such line.
 *
 * @param mix - of kind `mix`.
 * @param line - from 1.
 * @throws {HeadraceError} ArtifactMissingError, ArtifactCorruptError.
 */
export async function lineOrigin(
  store: ArtifactStore,
  mix: Artifact,
  side: Side,
  line: number,
): Promise<LineOrigin | undefined> {
  let before = 0;
  for (const { key, sides } of await readMixParts(store, mix)) {
    const { lines } = sides[side];
    if (line <= before + lines) {
      const entry = line - 1 - before + (side === 'heldout' ? sides.train.lines : 0);
      const artifact = await store.get({ kind: 'mix-part', key });
      const ranges = [{ from: entry * originBytes, to: (entry + 1) * originBytes }];
      const wanted = { artifact, file: originsName, ranges };
      return await store.bring([wanted], async ([path = '']) => await readOrigin(path, entry));
    }
    before += lines;
  }
  return undefined;
}

async function readOrigin(path: string, entry: number): Promise<LineOrigin> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(originBytes), { position: entry * originBytes });
    if (bytesRead < originBytes)
      throw new HeadraceError('ArtifactCorruptError', `${path} has no entry ${entry}`);
    return {
      source: buffer.readUInt16LE(originAt.source),
      slice: buffer.readUInt32LE(originAt.slice),
      row: buffer.readUInt32LE(originAt.row),
    };
  } finally {
    await file.close();
  }
}
