import { budgetText, usedText } from '../cost/cost-text.js';
import { formatBytes, formatCount, formatLoss, formatPercent } from '../format.js';
import type { RunState, SourceState, TrainState, Wait } from './state.js';
import { waysOn } from './ways-on.js';

/** The run as Markdown, for the workflow's current details in the Temporal UI. */
export function runDetails(state: RunState): string {
  const parts = [`**Stage: ${state.stage}**`];
  for (const wait of state.waitingFor) parts.push(...waitDetails(state.name, wait));
  parts.push(
    table(
      ['source', 'status', 'files', 'bytes', 'downloads', 'pieces', 'conversations', 'rejected'],
      state.sources.map((source) => [
        source.name,
        source.status,
        count(source.files),
        source.bytes === undefined ? '' : formatBytes(source.bytes),
        downloadsOf(source),
        fraction(source.pieces),
        count(source.conversations),
        count(source.rejected),
      ]),
    ),
  );
  if (state.composition !== null)
    parts.push(
      `Mix: ${formatCount(state.composition.trainLines)} conversations to train on, ${formatCount(state.composition.heldoutLines)} held out`,
      table(
        ['source', 'kept', 'lines', 'share'],
        state.composition.sources.map((row) => [
          row.name,
          formatCount(row.kept),
          formatCount(row.lines),
          formatPercent(row.realisedShare),
        ]),
      ),
    );
  if (state.train !== null) parts.push(...trainingIn(state));
  if (state.notes.length > 0) parts.push(state.notes.map((note) => `- ${cell(note)}`).join('\n'));
  return parts.join('\n\n');
}

/** One source as Markdown, for the details of its own workflow. */
export function sourceDetails(source: SourceState): string {
  const rows = [
    ['status', source.status],
    ['files', count(source.files)],
    ['bytes', source.bytes === undefined ? '' : formatBytes(source.bytes)],
    ['downloads', downloadsOf(source)],
    ['format', source.format ?? ''],
    ['pieces', fraction(source.pieces)],
    ['conversations', count(source.conversations)],
    ['rejected', count(source.rejected)],
  ].filter(([, value]) => value !== '');
  return [table(['', source.name], rows), ...source.notes.map((note) => `- ${cell(note)}`)].join('\n\n');
}

/** The training as Markdown, for the details of its own workflow. */
export function trainDetails({ step, totalSteps, lastLoss, checkpoints }: TrainState): string {
  const loss = lastLoss === null ? '' : `, loss ${lastLoss.toFixed(3)}`;
  const list = checkpoints.map(({ label, samplerPath }) => `- \`${label}\` ${samplerPath}`).join('\n');
  return `Step ${step} of ${totalSteps}${loss}\n\n${list}`;
}

/** Above the tables, for it is why the run stands still. */
function waitDetails(name: string, wait: Wait): string[] {
  return [
    `**Waits for a decision** (${wait.what}): ${wait.type}`,
    ...[cell(wait.message), cell(wait.remedy)].filter((text) => text !== ''),
    `Then one of:\n\n\`\`\`\n${waysOn(name, wait).join('\n')}\n\`\`\``,
  ];
}

function trainingIn(state: RunState): string[] {
  const { train } = state;
  if (train === null) return [];
  const loss =
    train.lastLoss === null
      ? ''
      : `, loss ${train.firstLoss?.toFixed(3) ?? '?'} → ${train.lastLoss.toFixed(3)}`;
  const heldout =
    train.baseNll === null
      ? ''
      : `, held-out ${formatLoss(train.baseNll)}${train.heldoutNll === null ? '' : ` → ${formatLoss(train.heldoutNll)}`}`;
  return [
    `Training on ${state.server ?? '?'}: step ${train.step} of ${train.totalSteps}${loss}${heldout}`,
    ...costIn(state, train),
    table(
      ['checkpoint', 'next step', 'sampler weights'],
      train.checkpoints.map((checkpoint) => [
        checkpoint.label,
        String(checkpoint.nextStep),
        checkpoint.samplerPath,
      ]),
    ),
  ];
}

function costIn({ cost }: RunState, train: TrainState): string[] {
  if (cost === null) return [];
  const { planned, price, budget } = cost;
  const limit = budget === null ? '' : `, budget ${budgetText(budget)}`;
  return [`Used so far: ${usedText(train.usage, price)}, of ${usedText(planned, price)} in all${limit}`];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '';
  const line = (cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`;
  return [line(head), `|${head.map(() => '---|').join('')}`, ...rows.map(line)].join('\n');
}

/** Keeps a text from breaking out of its table cell or line. */
function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll(/\s*\n\s*/g, ' ');
}

function count(value: number | undefined): string {
  return value === undefined ? '' : formatCount(value);
}

/** `2/6, 500 MB of 1.5 GB`. */
function downloadsOf({ downloads, downloadedBytes, bytes }: SourceState): string {
  const batches = fraction(downloads);
  if (batches === '' || downloadedBytes === undefined || bytes === undefined) return batches;
  return `${batches}, ${formatBytes(downloadedBytes)} of ${formatBytes(bytes)}`;
}

function fraction(value: readonly [number, number] | undefined): string {
  return value === undefined || value[1] === 0 ? '' : `${value[0]} of ${value[1]}`;
}
