import type { ArtifactRef } from '../../core/contracts/artifact.js';
import type { WriteReportInput, WriteReportResult } from '../../core/contracts/report.js';
import type { WorkContext } from '../../core/progress.js';
import { settingTexts } from '../../core/training/models/settings-text.js';
import type { ArtifactStore } from '../artifacts/store.js';
import { publishLock } from '../hub/resolve/publish-lock.js';
import { openOutputs, type Outputs } from '../outputs/outputs.js';
import { packageVersion } from '../package-version.js';
import { readTokens, type Tokens } from '../tokenise/pieces/tokens-artifact.js';
import { markConversation, markingOf } from './page/mark-tokens.js';
import { reportPage } from './page/page.js';
import { lineSources } from './read/line-sources.js';
import { readRun, type RunFiles } from './read/read-run.js';

/** Writes `<out>/report.html`, whole, from the results so far. May run any number of times. */
export async function writeReport(
  store: ArtifactStore,
  input: WriteReportInput,
  { signal, progress }: WorkContext,
): Promise<WriteReportResult> {
  progress({ stage: 'report', label: 'report', done: 0, total: 1, unit: 'files' });
  const outputs = openOutputs(store, input.out);
  await publishLock(store, outputs, input.out);
  const name = 'report.html';
  await outputs.write(name, await pageOf(store, outputs, input, signal));
  progress({ stage: 'report', label: 'report', done: 1, total: 1, unit: 'files' });
  return { path: outputs.placeOf(name) };
}

async function pageOf(
  store: ArtifactStore,
  outputs: Outputs,
  input: WriteReportInput,
  signal: AbortSignal,
): Promise<string> {
  const sources = input.mix === null ? undefined : await lineSources(store, input.mix.mix);
  const run = await readRun(outputs, signal, {
    mix: input.mix !== null,
    training: input.training !== null,
    sources,
  });
  const tokens = input.tokens === null ? undefined : await tokensOf(store, input.tokens.tokens);
  const marking = tokens === undefined ? undefined : await markingOf(store, tokens);
  const marked =
    marking === undefined
      ? []
      : run.train.toRead.map((read) => [read.line, markConversation(marking, read)] as const);
  return reportPage(input, {
    run,
    marked: new Map(marked),
    versions: await versionsOf(run, tokens),
  });
}

/** `undefined` where the store no longer has the tokens of a finished run: the page then has no marks. */
async function tokensOf(store: ArtifactStore, ref: ArtifactRef): Promise<Tokens | undefined> {
  return (await store.find(ref)) === undefined ? undefined : await readTokens(store, ref);
}

async function versionsOf(
  { manifest }: RunFiles,
  tokens: Tokens | undefined,
): Promise<Record<string, string | number>> {
  const rule = manifest?.['mix_rule'];
  return {
    Headrace: await packageVersion(),
    Node: process.versions.node,
    ...(typeof rule === 'number' ? { 'mix rule': rule } : {}),
    ...(tokens === undefined
      ? {}
      : {
          renderer: rendererText(tokens.tokenisation),
          tokenizer: tokens.tokenizer,
          'SHA-256 of the tokenizer': tokens.tokenisation.tokenizerDigest,
        }),
  };
}

function rendererText({ renderer, settings }: Tokens['tokenisation']): string {
  return [renderer, ...settingTexts(settings)].join(', ');
}
