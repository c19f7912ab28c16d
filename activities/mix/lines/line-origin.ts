import type { Side } from '../../../core/contracts/mix.js';
import { readRange } from '../../../files/read-range.js';
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
      const range = { from: entry * originBytes, to: (entry + 1) * originBytes };
      const wanted = { artifact, file: originsName, ranges: [range] };
      return parseOrigin(await store.bring([wanted], ([path = '']) => readRange(path, range.from, range.to)));
    }
    before += lines;
  }
  return undefined;
}

function parseOrigin(bytes: Buffer): LineOrigin {
  return {
    source: bytes.readUInt16LE(originAt.source),
    slice: bytes.readUInt32LE(originAt.slice),
    row: bytes.readUInt32LE(originAt.row),
  };
}
