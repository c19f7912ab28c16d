import type { MixFile, MixResult } from '../../core/contracts/mix.js';
import { formatBytes, plural } from '../../core/format.js';
import { fromHere } from './from-here.js';

/** The files of a mix with their sizes and hashes. */
export function mixFileLines({ train, heldout, manifestPath, composition }: MixResult): string[] {
  const hasRejects = composition.sources.some((row) => row.rejected > 0);
  return [
    `train.jsonl    ${fileText(train)}`,
    `               ${hashText(train)}`,
    `heldout.jsonl  ${fileText(heldout)}`,
    `               ${hashText(heldout)}`,
    `manifest       ${fromHere(manifestPath)}`,
    ...(hasRejects
      ? [`rejected rows  ${fromHere(`${manifestPath.replace(/[^/]*$/, '')}rejects.jsonl`)}`]
      : []),
  ];
}

function fileText({ path, lines, bytes, shards }: MixFile): string {
  const files = shards === undefined || shards === 1 ? '' : ` and those after it: ${plural(shards, 'file')}`;
  return `${fromHere(path)}${files}  (${plural(lines, 'line')}, ${formatBytes(bytes)})`;
}

function hashText({ sha256, parts_sha256: parts }: MixFile): string {
  return sha256 === null ? `sha256 over the sha256s of its parts ${parts}` : `sha256 ${sha256}`;
}
