import { formatBytes, plural } from '../../core/format.js';
import type { PlannedFile, SourcePlan } from '../plan/plan-source.js';
import { headNotes } from './head-notes.js';
import { newTable } from './table.js';

/** A source that could not be planned. */
export interface UnplannedSource {
  readonly name: string;
  readonly error: { readonly type: string; readonly message: string; readonly remedy: string };
}

/** The disk of the store. */
export interface StoreDisk {
  readonly root: string;
  readonly freeBytes: number;
}

/** What a run would do. @param explain - list every file and piece. */
export function planText(
  sources: readonly (SourcePlan | UnplannedSource)[],
  disk: StoreDisk,
  explain: boolean,
): string {
  const table = newTable(['source', 'download', 'resume', 'on disk', 'convert', 'converted']);
  const lines: string[] = [];
  for (const source of sources)
    if ('error' in source) {
      const { name, error } = source;
      table.push([name, { colSpan: 5, content: `✗ ${error.type}` }]);
      lines.push(`✗ ${name}: ${error.type}: ${error.message}`, `    → ${error.remedy}`);
    } else {
      table.push(cellsOf(source));
      lines.push(...source.notes.map((note) => `${source.name}: ${note}`));
      if (source.head !== null) lines.push(...headNotes(source.head));
      if (explain) lines.push(...explanation(source));
    }
  return [table.toString(), ...lines, totalLine(sources, disk)].join('\n');
}

function cellsOf({ name, download, resumeBytes, reuse, convert }: SourcePlan): string[] {
  return [
    name,
    amountText(download),
    resumeBytes === 0 ? '' : `${formatBytes(resumeBytes)} are here`,
    amountText(reuse),
    convert === null ? 'after the download' : plural(convert.pieces, 'piece'),
    convert === null ? '' : plural(convert.reusedPieces, 'piece'),
  ];
}

function amountText({ files, bytes }: SourcePlan['download']): string {
  return files === 0 ? '' : `${plural(files, 'file')}, ${formatBytes(bytes)}`;
}

function totalLine(
  sources: readonly (SourcePlan | UnplannedSource)[],
  { root, freeBytes }: StoreDisk,
): string {
  const download = sources.reduce(
    (sum, source) => ('error' in source ? sum : sum + source.download.bytes),
    0,
  );
  const unplanned = sources.filter((source) => 'error' in source).map(({ name }) => name);
  const without = unplanned.length === 0 ? '' : `, without ${unplanned.join(', ')}`;
  const verdict = download > freeBytes ? ', too little' : '';
  return `To download: ${formatBytes(download)}${without}; free on the disk of ${root}: ${formatBytes(freeBytes)}${verdict}.`;
}

function explanation({ name, dataset, commit = '', files, pieces }: SourcePlan): string[] {
  return [
    ...(dataset === undefined ? [] : [`${name}: ${dataset} at ${commit}`]),
    ...files.map(fileLine),
    ...pieces.map(
      ({ label, bytes, isThere, reason }) =>
        `  ${isThere ? 'reuse   ' : 'convert '} ${label} (${formatBytes(bytes)}): ${reason}`,
    ),
  ];
}

function fileLine({ path, sizeBytes, haveBytes }: PlannedFile): string {
  const file = `${path} (${formatBytes(sizeBytes)})`;
  if (haveBytes === sizeBytes) return `  on disk  ${file}`;
  if (haveBytes === 0) return `  download ${file}`;
  return `  resume   ${file} from ${formatBytes(haveBytes)}`;
}
