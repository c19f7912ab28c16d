import Table from 'cli-table3';
import { defaultStoreRoot, openStore } from '../../activities/artifacts/store.js';
import { findGarbage, removeGarbage, type Garbage } from '../cache/collect.js';
import { surveyStore, type CachedRepository, type StoreSurvey } from '../cache/survey.js';
import { removeDamaged, verifyStore } from '../cache/verify.js';
import { retentionRule } from '../../core/cache-retention.js';
import { formatBytes, plural } from '../../core/format.js';
import { exitCodes, type ExitCode } from '../exit-codes.js';

/** `headrace cache ls`: what the store holds. */
export async function cacheLs(json: boolean): Promise<ExitCode> {
  const survey = await surveyStore(await openStore(defaultStoreRoot(), { marksUse: false }));
  print(json ? JSON.stringify(survey, null, 2) : surveyText(survey));
  return exitCodes.done;
}

/** `headrace cache verify`: exit 1 where something is damaged. */
export async function cacheVerify(repair: boolean, json: boolean): Promise<ExitCode> {
  const store = await openStore(defaultStoreRoot(), { marksUse: false });
  const found = await verifyStore(store, (label, sizeBytes) => {
    if (!json) process.stderr.write(`checking ${label} (${formatBytes(sizeBytes)})\n`);
  });
  if (repair) await removeDamaged(found.damaged);
  if (json) print(JSON.stringify({ ...found, removed: repair }, null, 2));
  else {
    for (const { label, path, why } of found.damaged) print(`✗ ${label}: ${path}: ${why}`);
    const what = `${plural(found.files, 'file')} (${formatBytes(found.bytes)}) and ${plural(found.artifacts, 'artifact')}`;
    if (found.damaged.length === 0) print(`${what} are as they should be.`);
    else
      print(
        `${found.damaged.length} of ${what} are damaged; ` +
          (repair
            ? 'they were removed, and the next run makes them anew.'
            : '`npx headrace cache verify --repair` removes them.'),
      );
  }
  return found.damaged.length === 0 || repair ? exitCodes.done : exitCodes.failed;
}

/** `headrace cache gc`: removes what the retention lets go. */
export async function cacheGc(keepDays: number, dryRun: boolean, json: boolean): Promise<ExitCode> {
  const store = await openStore(defaultStoreRoot(), { marksUse: false });
  const garbage = await findGarbage(store, keepDays, new Date());
  const gone = dryRun ? garbage : await removeGarbage(store, garbage);
  const bytes = gone.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  if (json) {
    print(JSON.stringify({ dryRun, keepDays, bytes, items: gone }, null, 2));
    return exitCodes.done;
  }
  print(retentionRule(keepDays));
  if (gone.length > 0) print(garbageText(gone));
  print(`${dryRun ? 'Would free' : 'Freed'} ${formatBytes(bytes)} in ${plural(gone.length, 'item')}.`);
  return exitCodes.done;
}

const shownItems = 40;

function garbageText(items: readonly Garbage[]): string {
  const table = newTable(['what', 'of', 'size', 'last used', 'path'], [2]);
  for (const { what, label, sizeBytes, usedAt, path } of items.slice(0, shownItems))
    table.push([what, label, formatBytes(sizeBytes), dayOf(usedAt), path]);
  const more =
    items.length > shownItems ? `\n… and ${items.length - shownItems} more (--json lists them)` : '';
  return `${table.toString()}${more}`;
}

function surveyText({ root, repositories, artifacts, scratch }: StoreSurvey): string {
  const hub = newTable(['from the Hub', 'files', 'size', 'unfinished', 'last used', 'used by'], [1, 2, 3]);
  for (const repository of repositories) hub.push(repositoryRow(repository));
  const made = newTable(['made here', 'artifacts', 'size', 'last used'], [1, 2]);
  for (const kind of new Set(artifacts.map(({ kind }) => kind))) {
    const of = artifacts.filter((artifact) => artifact.kind === kind);
    made.push([kind, String(of.length), formatBytes(sum(of)), newest(of)]);
  }
  if (scratch.length > 0)
    made.push(['scratch', String(scratch.length), formatBytes(sum(scratch)), newest(scratch)]);
  const all = sum(repositories.flatMap(({ files }) => files)) + sum(artifacts) + sum(scratch);
  return [
    `${root}: ${formatBytes(all)}`,
    ...(repositories.length === 0 ? [] : [hub.toString()]),
    ...(artifacts.length + scratch.length === 0 ? [] : [made.toString()]),
  ].join('\n');
}

function repositoryRow({ id, kind, files }: CachedRepository): string[] {
  const whole = files.filter((file) => file.kind === 'file');
  const parts = files.filter((file) => file.kind === 'part');
  const users = new Set(whole.flatMap(({ uses }) => uses.map(({ out, source }) => `${source} of ${out}`)));
  const orphans = whole.filter(({ uses }) => uses.length === 0);
  const nobody = kind === 'model' ? 'tokenizers' : 'nobody';
  const used = users.size === 0 ? nobody : [...users].join('\n');
  const orphaned =
    users.size === 0 || orphans.length === 0
      ? ''
      : `\n${plural(orphans.length, 'file')} (${formatBytes(sum(orphans))}) by nobody`;
  return [
    id,
    String(whole.length),
    formatBytes(sum(whole)),
    parts.length === 0 ? '' : formatBytes(sum(parts)),
    newest(files),
    `${used}${orphaned}`,
  ];
}

function newTable(head: string[], right: readonly number[]): Table.Table {
  return new Table({
    head,
    style: { head: [], border: [], compact: true },
    colAligns: head.map((_, column) => (right.includes(column) ? 'right' : 'left')),
  });
}

function sum(items: readonly { readonly sizeBytes: number }[]): number {
  return items.reduce((bytes, { sizeBytes }) => bytes + sizeBytes, 0);
}

function newest(items: readonly { readonly usedAt: Date }[]): string {
  const last = items.reduce((latest, { usedAt }) => Math.max(latest, usedAt.getTime()), 0);
  return last === 0 ? '' : dayOf(new Date(last));
}

function dayOf(at: Date): string {
  return at.toISOString().slice(0, 10);
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
