import { dirname, join } from 'node:path';
import { isMissing } from '../../files/errno.js';
import type { MixResult } from '../../core/contracts/mix.js';
import { formatBytes, formatCount, formatLoss, plural } from '../../core/format.js';
import { CheckpointLine } from '../../core/training/checkpoint-line.js';
import type { Stage1Result } from '../../core/run/run.js';
import type { Wait } from '../../core/run/state.js';
import { waysOn } from '../../core/run/ways-on.js';
import { readJsonLines } from '../../files/json-lines.js';
import { compositionText } from './composition.js';
import { fromHere } from './from-here.js';

/** The checkpoints of a run, from its folder; empty where there are none yet. */
export async function readCheckpoints(out: string): Promise<CheckpointLine[]> {
  const checkpoints: CheckpointLine[] = [];
  try {
    for await (const { value } of readJsonLines(join(out, 'checkpoints.jsonl'), CheckpointLine))
      checkpoints.push(value);
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
  return checkpoints;
}

/** The files of a mix. */
export function mixFileLines({ train, heldout, manifestPath, composition }: MixResult): string[] {
  const rejected = composition.sources.some((row) => row.rejected > 0);
  const told = ({ path, lines, bytes }: MixResult['train']): string =>
    `${fromHere(path)}  (${plural(lines, 'line')}, ${formatBytes(bytes)})`;
  return [
    `train.jsonl    ${told(train)}`,
    `               sha256 ${train.sha256}`,
    `heldout.jsonl  ${told(heldout)}`,
    `               sha256 ${heldout.sha256}`,
    `manifest       ${fromHere(manifestPath)}`,
    ...(rejected ? [`rejected rows  ${fromHere(join(dirname(manifestPath), 'rejects.jsonl'))}`] : []),
  ];
}

/** What a finished run left, for people. */
export async function resultText(result: Stage1Result, uiLink: string | undefined): Promise<string> {
  const { mix, trained, training } = result;
  const parts = [
    compositionText(mix.composition),
    '',
    ...mixFileLines(mix),
    `report         ${fromHere(result.reportPath)}`,
  ];
  if (result.skippedSources.length > 0) parts.push(`skipped        ${result.skippedSources.join(', ')}`);
  if (trained !== null && training !== null) {
    parts.push('', `Trained on ${training.server}:`);
    if (trained.reusedSteps > 0)
      parts.push(
        `  ${formatCount(trained.reusedSteps)} of ${formatCount(trained.totalSteps)} steps were recorded already and were reused`,
      );
    parts.push(
      `  loss           step 0: ${trained.firstLoss.toFixed(3)}   step ${trained.totalSteps - 1}: ${trained.lastLoss.toFixed(3)}`,
    );
    const [before, after] = [trained.base?.heldoutNll, trained.trained?.heldoutNll];
    if (before != null && after != null)
      parts.push(`  held-out loss  before: ${formatLoss(before)}   after: ${formatLoss(after)}`);
    parts.push('', ...(await checkpointLines(result)), ...(await answerLines(result)));
  }
  if (uiLink !== undefined) parts.push('', `Temporal UI    ${uiLink}`);
  return parts.join('\n');
}

async function checkpointLines(result: Stage1Result): Promise<string[]> {
  const checkpoints = await readCheckpoints(result.out);
  const lines =
    checkpoints.length === 0 && result.trained !== null
      ? [{ label: result.trained.final.label, path: result.trained.final.samplerPath }]
      : checkpoints.map((checkpoint) => ({ label: checkpoint.label, path: checkpoint.sampler_path }));
  const width = Math.max(...lines.map(({ label }) => label.length));
  return [
    'Checkpoints (label, sampler weights):',
    ...lines.map(({ label, path }) => `  ${label.padEnd(width)}  ${path}`),
  ];
}

async function answerLines(result: Stage1Result): Promise<string[]> {
  const base = result.trained?.base;
  const before = base?.answers[0];
  const after = result.trained?.trained?.answers[0];
  if (before === undefined || after === undefined) return [];
  return [
    '',
    `Asked: ${before.prompt}`,
    `  ${(base?.label === 'base' ? 'base model' : 'at its start').padEnd(13)}  ${oneLine(before.answer)}`,
    `  final weights  ${oneLine(after.answer)}`,
  ];
}

function oneLine(text: string): string {
  const flat = text.replaceAll(/\s+/g, ' ').trim();
  return flat.length > 300 ? `${flat.slice(0, 300)}…` : flat;
}

/** What a run waits for, and the commands that bring it on. */
export function waitText(name: string, waits: readonly Wait[]): string {
  return waits
    .map((wait) =>
      [
        `${wait.what} waits for a person: ${wait.type}`,
        `  ${wait.message}`,
        ...(wait.remedy === '' ? [] : [`  ${wait.remedy}`]),
        `  Then: ${waysOn(name, wait).join('\n  or:   ')}`,
      ].join('\n'),
    )
    .join('\n');
}
