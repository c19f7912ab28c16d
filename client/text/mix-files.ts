import type { MixResult } from '../../core/contracts/mix.js';
import { formatBytes, plural } from '../../core/format.js';
import { fromHere } from './from-here.js';

/** The files of a mix with their sizes and hashes. */
export function mixFileLines({ train, heldout, manifestPath, composition }: MixResult): string[] {
  const hasRejects = composition.sources.some((row) => row.rejected > 0);
  return [
    `train.jsonl    ${fileText(train)}`,
    `               sha256 ${train.sha256}`,
    `heldout.jsonl  ${fileText(heldout)}`,
    `               sha256 ${heldout.sha256}`,
    `manifest       ${fromHere(manifestPath)}`,
    ...(hasRejects ? [`rejected rows  ${fromHere(`${manifestPath.replace(/[^/]*$/, '')}rejects.jsonl`)}`] : []),
  ];
}

function fileText({ path, lines, bytes }: MixResult['train']): string {
  return `${fromHere(path)}  (${plural(lines, 'line')}, ${formatBytes(bytes)})`;
}
