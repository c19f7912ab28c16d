import { readRange } from '../../../files/read-range.js';
import type { ArtifactStore } from '../../artifacts/store.js';
import { headLines, sourceBytes } from '../format/mix-artifact.js';
import type { MixParts } from '../format/mix-part.js';
import { originAt, originBytes } from '../format/origin.js';
import type { ArtifactFile } from '../lines/pieces-of.js';

/**
 * The sources of the first lines of train.jsonl, two bytes each: as many as a report samples.
 *
 * @param origins - of all parts.
 */
export async function headSources(
  store: ArtifactStore,
  origins: readonly ArtifactFile[],
  parts: MixParts,
): Promise<Buffer> {
  const heads: Buffer[] = [];
  let left = headLines;
  for (const [part, { sides }] of parts.entries()) {
    const lines = Math.min(left, sides.train.lines);
    const file = origins[part];
    if (lines === 0 || file === undefined) continue;
    const to = lines * originBytes;
    const wanted = { ...file, ranges: [{ from: 0, to }] };
    heads.push(sourcesIn(await store.bring([wanted], ([path = '']) => readRange(path, 0, to)), lines));
    left -= lines;
  }
  return Buffer.concat(heads);
}

function sourcesIn(origins: Buffer, lines: number): Buffer {
  const sources = Buffer.alloc(lines * sourceBytes);
  for (let line = 0; line < lines; line += 1) {
    const at = line * originBytes + originAt.source;
    origins.copy(sources, line * sourceBytes, at, at + sourceBytes);
  }
  return sources;
}
