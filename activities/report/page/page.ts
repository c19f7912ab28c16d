import { createHash } from 'node:crypto';
import { render } from 'preact-render-to-string';
import type { WriteReportInput } from '../../../core/contracts/report.js';
import type { RunFiles } from '../read/read-run.js';
import { developmentBanner, problemsBanner, standingBanner } from './banners.js';
import { html, raw } from './html.js';
import type { MarkedConversation } from './mark-tokens.js';
import { answersSection } from './sections/answers.js';
import { checkpointsSection } from './sections/checkpoints.js';
import { compositionSection } from './sections/composition.js';
import { costSection } from './sections/cost.js';
import { filesSection } from './sections/files.js';
import { funnelSection } from './sections/funnel.js';
import { lengthsSection } from './sections/lengths.js';
import { readingSection } from './sections/reading.js';
import { recipeSection } from './sections/recipe.js';
import { rejectsSection } from './sections/rejects.js';
import { sourcesSection } from './sections/sources.js';
import { speechSection } from './sections/speech.js';
import { timingsSection } from './sections/timings.js';
import { trainingSection } from './sections/training.js';
import { pageScript, pageStyle } from './style.js';
import { tiles } from './tiles.js';

/** What the page shows besides the workflow's input. */
export interface PageParts {
  readonly run: RunFiles;
  /** Conversations as they are trained, by line from 1; empty before tokenisation. */
  readonly marked: ReadonlyMap<number, MarkedConversation>;
  /** Names and versions of what made the run. */
  readonly versions: Readonly<Record<string, string | number>>;
}

/**
 * The page may load nothing and run no script but its own, even if text of a corpus got past the escaping.
 * Styles are inline: the widths of bars are our own numbers.
 */
const policy = [
  "default-src 'none'",
  "style-src 'unsafe-inline'",
  `script-src 'sha256-${createHash('sha256').update(pageScript).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

/**
 * The report as one HTML text, without external resources and readable without scripts. A pure function: the
 * same run gives the same page.
 */
export function reportPage(input: WriteReportInput, { run, marked, versions }: PageParts): string {
  const { recipe, mix, tokens, training, sources } = input;
  const body = html`<main>
    <h1>${recipe.name}</h1>
    <div class="ids">${input.workflowId} · ${input.runId}</div>
    ${standingBanner(input)} ${developmentBanner(input)} ${problemsBanner(run)} ${tiles(input, run)}
    ${mix === null ? null : compositionSection(mix.composition, recipe.sources, tokens)}
    ${mix === null ? null : funnelSection(mix.composition)}
    ${rejectsSection(mix?.composition.sources ?? sources.map(({ summary }) => summary), run.rejects)}
    ${tokens === null ? null : lengthsSection(tokens, recipe.train?.max_tokens)}
    ${speechSection(run.train, mix?.train.lines)} ${readingSection(recipe.name, run.train.toRead, marked)}
    ${trainingSection(training, run.metrics, run.samples)}
    ${costSection(training, recipe.train?.budget ?? null, input.used)} ${answersSection(run.samples)}
    ${checkpointsSection(run.checkpoints)} ${sourcesSection(sources)} ${timingsSection(input)}
    ${filesSection(input)} ${recipeSection(input, run, versions)}
  </main>`;
  const page = html`<html lang="en">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta http-equiv="Content-Security-Policy" content=${policy} />
      <title>${recipe.name} · Headrace report</title>
      ${raw('style', pageStyle)}
    </head>
    <body>
      ${body} ${raw('script', pageScript)}
    </body>
  </html>`;
  return `<!doctype html>\n${render(page)}\n`;
}
