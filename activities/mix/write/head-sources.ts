import { open } from 'node:fs/promises';
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
    const wanted = { ...file, ranges: [{ from: 0, to: lines * originBytes }] };
    heads.push(await store.bring([wanted], async ([path = '']) => await sourcesIn(path, lines)));
    left -= lines;
  }
  return Buffer.concat(heads);
}

async function sourcesIn(path: string, lines: number): Promise<Buffer> {
  const file = await open(path);
  try {
    const { buffer: origins } = await file.read(Buffer.alloc(lines * originBytes), { position: 0 });
    const sources = Buffer.alloc(lines * sourceBytes);
    for (let line = 0; line < lines; line += 1)
      origins.copy(sources, line * sourceBytes, line * originBytes + originAt.source, line * originBytes + sourceBytes);
    return sources;
  } finally {
    await file.close();
  }
}
