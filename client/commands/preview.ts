import { inspectSource } from '../../activities/hub/resolve/inspect-source.js';
import { defaultStoreRoot, openStore } from '../../activities/artifacts/store.js';
import { createHubAccess } from '../../activities/hub/hub-access.js';
import { previewSource, type SourcePreview } from '../preview/preview-source.js';
import type { PreviewedRow } from '../preview/previewed-rows.js';
import { HeadraceError } from '../../core/errors.js';
import { formatBytes } from '../../core/format.js';
import type { WorkContext } from '../../core/progress.js';
import { workerEnvironment } from '../../worker/environment.js';
import { exitCodes, type ExitCode } from '../exit-codes.js';
import { readRecipeFile } from '../recipe/recipe-file.js';
import { secrets } from '../secrets.js';

export interface PreviewOptions {
  readonly set: readonly string[];
  /** Only this source. */
  readonly source?: string;
  readonly rows: number;
  readonly json?: boolean;
}

/** `headrace preview RECIPE`: rows before and after conversion, from the head of each source. */
export async function preview(path: string, options: PreviewOptions): Promise<ExitCode> {
  const recipe = await readRecipeFile(path, { set: options.set });
  const sources = recipe.sources.filter(
    ({ name }) => options.source === undefined || name === options.source,
  );
  if (sources.length === 0)
    throw new HeadraceError(
      'UsageError',
      `The recipe has no source "${options.source ?? ''}"; it has ${recipe.sources.map(({ name }) => name).join(', ')}`,
    );
  const storeRoot = defaultStoreRoot();
  const store = await openStore(storeRoot);
  const hub = createHubAccess({
    store,
    env: await workerEnvironment(process.env, storeRoot),
    onToken: (token) => secrets.learn(token),
  });
  const work: WorkContext = { signal: new AbortController().signal, progress: () => undefined };
  let failures = 0;
  for (const source of sources)
    try {
      const inspection = await inspectSource(hub, { source, out: recipe.out }, work);
      const found = await previewSource(store, source, inspection, options.rows);
      print(options.json === true ? JSON.stringify(found) : previewText(found));
    } catch (error) {
      if (!(error instanceof HeadraceError)) throw error;
      failures += 1;
      const { type, message, remedy } = error;
      if (options.json === true)
        print(JSON.stringify({ name: source.name, error: { type, message, remedy } }));
      else print(`── ${source.name} ──\n${type}: ${message}\n    → ${remedy}\n`);
    }
  return failures > 0 ? exitCodes.failed : exitCodes.done;
}

const longestValue = 300;

function previewText(found: SourcePreview): string {
  const { name, file, format, formatReason, columns, columnProblem, counts, bytesRead, rows } = found;
  const told = Object.entries(counts).map(([outcome, count]) => `${count} ${outcome}`);
  return [
    `── ${name} ──`,
    `${file} (${bytesRead === 0 ? 'on this disk' : `${formatBytes(bytesRead)} read`})`,
    `format ${format}, ${formatReason}; columns: ${columns.join(', ')}`,
    `of the first rows: ${told.join(', ')}`,
    ...(columnProblem === undefined ? [] : [`! ${columnProblem}`]),
    ...rows.flatMap(rowText),
    '',
  ].join('\n');
}

function rowText({ row, before, after, outcome }: PreviewedRow): string[] {
  const rows = Array.isArray(before) ? before : [before];
  return [
    '',
    `row ${row}: ${outcome}`,
    ...rows.map((each) => `  before  ${short(typeof each === 'string' ? each : JSON.stringify(each))}`),
    ...(after ?? []).map(({ role, content }) => `  ${role.padEnd(9)} ${short(content)}`),
  ];
}

function short(text: string): string {
  const line = text.replaceAll(/\s*\n\s*/g, ' ⏎ ');
  return line.length > longestValue ? `${line.slice(0, longestValue - 1)}…` : line;
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
