import { render } from 'preact-render-to-string';
import { stringify } from 'yaml';
import type { WriteReportInput } from '../../../core/contracts/report.js';
import { createHash } from 'node:crypto';
import { lengthsSection, rejectsSection, sourcesSection, speechSection } from './data-sections.js';
import { formatLoss } from '../../../core/format.js';
import { heldoutLossOf } from '../../../core/training/sample-line.js';
import { clip, count, plural, visible } from './format.js';
import { html, type Part, raw, table } from './html.js';
import type { MarkedConversation } from './mark-tokens.js';
import { compositionSection, funnelSection } from './mix-sections.js';
import type { RunFiles } from '../read/read-run.js';
import { readingSection } from './reading-section.js';
import { standingBanner, timingsSection } from './run-section.js';
import { pageScript, pageStyle } from './style.js';
import { answersSection, checkpointsSection, trainingSection } from './training-sections.js';

/** Characters; a dataset of thousands of files has a long one. */
const lockLimit = 60_000;

/** What the page shows beside what the workflow says. */
export interface PageParts {
  readonly run: RunFiles;
  /** Zero-byte files by source. */
  readonly emptyFiles: Readonly<Record<string, readonly string[]>>;
  /** Conversations as they are trained, by their line from 1; empty where nothing is tokenised yet. */
  readonly marked: ReadonlyMap<number, MarkedConversation>;
  /** What made it: names and versions. */
  readonly versions: Readonly<Record<string, string | number>>;
}

/**
 * The page may load nothing and run no script but its own, also if a corpus should ever find a way past the escaping.
 * Styles are inline: the widths of bars are numbers of ours.
 */
const policy = [
  "default-src 'none'",
  "style-src 'unsafe-inline'",
  `script-src 'sha256-${createHash('sha256').update(pageScript).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

/**
 * The whole report as one HTML text: no external resource, no script needed. A function of its arguments alone, so the
 * same run gives the same page.
 */
export function reportPage(
  input: WriteReportInput,
  { run, emptyFiles, marked, versions }: PageParts,
): string {
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
    ${trainingSection(training, run.metrics, run.samples)} ${answersSection(run.samples)}
    ${checkpointsSection(run.checkpoints)} ${sourcesSection(sources, emptyFiles)} ${timingsSection(input)}
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

function developmentBanner({ training }: WriteReportInput): Part {
  if (training?.developmentServer !== true) return null;
  return html`<div class="banner">
    <strong>Trained on a development server</strong>
    The weights are those of a small model on ${training.server}; they show that the run works, not what a
    hosted model would learn.
  </div>`;
}

function problemsBanner({ problems }: RunFiles): Part {
  if (problems.length === 0) return null;
  return html`<div class="banner">
    <strong>Parts of this report are missing</strong>
    <ul>
      ${problems.map((problem) => html`<li>${problem}</li>`)}
    </ul>
  </div>`;
}

function tiles({ mix, tokens, training, sources }: WriteReportInput, run: RunFiles): Part {
  const last = run.metrics.at(-1);
  const losses = run.samples.map(heldoutLossOf).filter((loss) => loss !== null);
  const [first, final] = [losses[0], losses.at(-1)];
  const entries: (readonly [value: string, name: string])[] = [];
  if (mix === null)
    entries.push([
      count(sources.reduce((sum, { summary }) => sum + summary.converted, 0)),
      'conversations converted',
    ]);
  else {
    entries.push([count(mix.composition.trainLines), 'conversations to train on']);
    entries.push([count(mix.composition.heldoutLines), 'held out']);
  }
  if (tokens !== null) entries.push([count(tokens.trainedTokens), 'trained tokens an epoch']);
  if (training !== null)
    entries.push([
      `${count(last === undefined ? 0 : last.step + 1)} of ${count(training.totalSteps)}`,
      'steps',
    ]);
  if (first !== undefined && final !== undefined && losses.length > 1)
    entries.push([`${formatLoss(first)} → ${formatLoss(final)}`, 'held-out loss, base → last']);
  if (run.checkpoints.length > 0)
    entries.push([run.checkpoints.at(-1)?.label ?? '', plural(run.checkpoints.length, 'checkpoint')]);
  return html`<div class="tiles">
    ${entries.map(([value, name]) => html`<div class="tile"><b>${value}</b><span>${name}</span></div>`)}
  </div>`;
}

function filesSection({ mix, out }: WriteReportInput): Part {
  if (mix === null) return null;
  return html`<section>
    <h2>Files</h2>
    <p>In <code>${out}</code></p>
    ${table(
      ['file', 'lines', 'bytes', 'SHA-256'],
      'lnnl',
      [mix.train, mix.heldout].map(({ path, lines, bytes, sha256 }) => [
        path.split('/').at(-1),
        count(lines),
        count(bytes),
        html`<code>${sha256}</code>`,
      ]),
    )}
  </section>`;
}

function recipeSection(
  { recipe }: WriteReportInput,
  { lock }: RunFiles,
  versions: PageParts['versions'],
): Part {
  return html`<section>
    <h2>Recipe</h2>
    <pre>${visible(stringify(recipe, { lineWidth: 0 }))}</pre>
    ${
      lock === undefined
        ? null
        : html`<details>
            <summary>recipe.lock.json: the exact commits and files</summary>
            <pre>${clip(lock, lockLimit)}</pre>
          </details>`
    }
    <h3>Versions</h3>
    ${table(
      ['what', 'version'],
      'll',
      Object.entries(versions).map(([name, version]) => [name, String(version)]),
    )}
  </section>`;
}
