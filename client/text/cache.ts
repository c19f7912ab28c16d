import { formatBytes, plural } from '../../core/format.js';
import type { Garbage } from '../cache/collect.js';
import type { CachedRepository, StoreSurvey } from '../cache/store-survey.js';
import type { Verification } from '../cache/verify.js';
import { newTable } from './table.js';

interface Sized {
  /** `null` where it is not known. */
  readonly sizeBytes: number | null;
}

/** The content of the store: downloaded files by repository, artifacts by kind, and what is left of work. */
export function surveyText(survey: StoreSurvey): string {
  const { place, repositories, artifacts, scratch, orphans, uploads, notes } = survey;
  const hub = newTable(['from the Hub', 'files', 'size', 'unfinished', 'last used', 'used by'], [1, 2, 3]);
  for (const repository of repositories) hub.push(repositoryCells(repository));
  const made = newTable(['made here', 'number', 'size', 'last used'], [1, 2]);
  for (const kind of new Set(artifacts.map((artifact) => artifact.kind))) {
    const ofKind = artifacts.filter((artifact) => artifact.kind === kind);
    made.push([kind, String(ofKind.length), formatBytes(sizeOf(ofKind)), newestDay(ofKind)]);
  }
  const orphanFiles = orphans.reduce((sum, { files }) => sum + files, 0);
  for (const [what, count, items] of [
    ['scratch', scratch.length, scratch],
    ['files that no manifest names', orphanFiles, orphans],
    ['incomplete uploads', uploads.length, uploads],
  ] as const)
    if (count > 0) made.push([what, String(count), sizeText(items), newestDay(items)]);
  const files = repositories.flatMap((repository) => repository.files);
  const all = sizeOf([...files, ...artifacts, ...scratch, ...orphans, ...uploads]);
  return [
    `${place}: ${formatBytes(all)}`,
    ...(hub.length === 0 ? [] : [hub.toString()]),
    ...(made.length === 0 ? [] : [made.toString()]),
    ...notes,
  ].join('\n');
}

function repositoryCells({ id, kind, files }: CachedRepository): string[] {
  const whole = files.filter((file) => file.kind === 'file');
  const parts = files.filter((file) => file.kind === 'part');
  const users = [
    ...new Set(whole.flatMap(({ uses }) => uses.map(({ out, source }) => `${source} of ${out}`))),
  ];
  const unused = whole.filter(({ uses }) => uses.length === 0);
  if (users.length === 0) users.push(kind === 'model' ? 'tokenizers' : 'nobody');
  else if (unused.length > 0)
    users.push(`${plural(unused.length, 'file')} (${formatBytes(sizeOf(unused))}) by nobody`);
  return [
    id,
    String(whole.length),
    formatBytes(sizeOf(whole)),
    parts.length === 0 ? '' : formatBytes(sizeOf(parts)),
    newestDay(files),
    users.join('\n'),
  ];
}

/** The result of a verification. @param isRepaired - whether what is damaged was removed. */
export function verificationText(
  { files, bytes, artifacts, damaged }: Verification,
  isRepaired: boolean,
): string {
  const all = `${plural(files, 'file')} (${formatBytes(bytes)}) and ${plural(artifacts, 'artifact')}`;
  if (damaged.length === 0) return `${all} are intact.`;
  const then = isRepaired
    ? 'they were removed, and the next run makes them again.'
    : '`npx headrace cache verify --repair` removes them.';
  return [
    ...damaged.map(({ label, path, why }) => `✗ ${label}: ${path}: ${why}`),
    `${damaged.length} of ${all} are damaged; ${then}`,
  ].join('\n');
}

const shownItems = 40;

/** The items that were removed, or would be. */
export function garbageText(items: readonly Garbage[], isDryRun: boolean): string {
  const table = newTable(['what', 'of', 'size', 'last used', 'path'], [2]);
  for (const { what, label, sizeBytes, usedAt, path } of items.slice(0, shownItems))
    table.push([what, label, sizeText([{ sizeBytes }]), dayOf(usedAt), path]);
  const more = items.length - shownItems;
  return [
    ...(items.length === 0 ? [] : [table.toString()]),
    ...(more > 0 ? [`… and ${more} more (--json lists them)`] : []),
    `${isDryRun ? 'Would free' : 'Freed'} ${formatBytes(sizeOf(items))} in ${plural(items.length, 'item')}.`,
  ].join('\n');
}

/** Bytes of the items whose size is known. */
function sizeOf(items: readonly Sized[]): number {
  return items.reduce((bytes, { sizeBytes }) => bytes + (sizeBytes ?? 0), 0);
}

function sizeText(items: readonly Sized[]): string {
  return items.some(({ sizeBytes }) => sizeBytes === null) ? 'unknown' : formatBytes(sizeOf(items));
}

/** `2026-01-31`, or nothing where there are no items. */
function newestDay(items: readonly { readonly usedAt: Date }[]): string {
  const newest = items.reduce((latest, { usedAt }) => Math.max(latest, usedAt.getTime()), 0);
  return newest === 0 ? '' : dayOf(new Date(newest));
}

function dayOf(at: Date): string {
  return at.toISOString().slice(0, 10);
}
