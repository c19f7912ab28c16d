import { formatBytes, plural } from '../../core/format.js';
import type { BroughtFile } from '../results/bring-result.js';
import type { Brought } from '../results/bring-results.js';
import { fromHere } from './from-here.js';

/** The results in a folder: what was fetched, and by what each was checked. */
export function broughtText({ files, skipped, ...brought }: Brought): string {
  const width = Math.max(...files.map(({ name }) => name.length));
  return [
    ...files.map((file) => `  ${file.name.padEnd(width)}  ${fileText(file)}`),
    ...skipped.map(({ name, why }) => `  ${name}  left where it is: ${why}`),
    broughtLine({ files, skipped, ...brought }),
  ].join('\n');
}

/** `12 files, 3.4 MB, in runs/demo; 2.1 MB of them fetched`. */
export function broughtLine({ files, folder }: Brought): string {
  const bytes = (of: readonly BroughtFile[]): string =>
    formatBytes(of.reduce((sum, each) => sum + each.bytes, 0));
  const fetched = files.filter(({ how }) => how !== 'already there');
  const rest = fetched.length === 0 ? 'all were there already' : `${bytes(fetched)} of them fetched`;
  return `${plural(files.length, 'file')}, ${bytes(files)}, in ${fromHere(folder)}; ${rest}`;
}

function fileText({ bytes, how, checked }: BroughtFile): string {
  const check = checked === 'sha256' ? 'SHA-256 as in manifest.json' : 'size as in the store';
  return `${formatBytes(bytes).padStart(8)}  ${how}, ${check}`;
}
