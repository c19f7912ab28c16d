import type { Composition } from '../../core/contracts/mix.js';
import { findingNotes } from '../../core/convert/findings/unread-notes.js';
import { plannedLines } from '../../core/cost/cost-lines.js';
import { formatBytes, formatCount, formatLoss, plural } from '../../core/format.js';
import { settingTexts } from '../../core/training/models/settings-text.js';
import { untrainedLines } from '../../core/training/untrained-notes.js';
import type { RunState, SourceState, Wait } from '../../core/run/state.js';

type Stage = RunState['stage'];

/**
 * What happened between two states of a run, as lines for people. The results of a stage come before the
 * start of the next one, also where both happened between the two states.
 *
 * @param before - `undefined`: everything that has happened in the run.
 */
export function eventsBetween(before: RunState | undefined, now: RunState): string[] {
  const begins = (stage: Stage): string[] =>
    now.stage === stage && before?.stage !== stage ? [`stage: ${stage}`] : [];
  return [
    ...now.sources.flatMap((source) => sourceEvents(sourceIn(before, source.name), source)),
    ...begins('mix'),
    ...mixEvents(before?.composition ?? null, now.composition),
    ...begins('tokenise'),
    ...tokenEvents(before?.tokens ?? null, now.tokens),
    ...begins('train'),
    ...(before?.cost == null && now.cost !== null ? plannedLines(now.cost) : []).map(
      (line) => `train: ${line}`,
    ),
    ...trainEvents(before?.train ?? null, now.train),
    ...begins('report'),
    ...newNotes(before?.notes, now.notes).map((note) => `note: ${note}`),
    ...waitEvents(before?.waitingFor ?? [], now.waitingFor),
  ];
}

function sourceIn(state: RunState | undefined, name: string): SourceState | undefined {
  return state?.sources.find((source) => source.name === name);
}

function sourceEvents(before: SourceState | undefined, now: SourceState): string[] {
  const lines: string[] = [];
  if (now.files !== undefined && before?.files === undefined)
    lines.push(`${plural(now.files, 'file')}, ${formatBytes(now.bytes ?? 0)}`);
  lines.push(...newNotes(before?.notes, now.notes));
  if (now.format !== undefined && before?.format === undefined) lines.push(`format ${now.format}`);
  const status = now.status === before?.status ? undefined : statusText(now);
  if (status !== undefined) lines.push(status);
  const findings = before?.findings === undefined ? now.findings : undefined;
  return [
    ...lines.map((line) => `${now.name}: ${line}`),
    ...(findings === undefined ? [] : findingNotes(findings)),
  ];
}

function statusText({ status, conversations = 0, rejected = 0 }: SourceState): string | undefined {
  switch (status) {
    case 'done':
      return `converted, ${plural(conversations, 'conversation')}, ${formatCount(rejected)} rejected`;
    case 'parked':
      return 'failed; the other sources continue';
    case 'skipped':
      return 'skipped';
    case 'waiting':
    case 'resolve':
    case 'download':
    case 'convert':
      return undefined;
  }
}

function mixEvents(before: Composition | null, now: Composition | null): string[] {
  if (now === null || now.trainLines === before?.trainLines) return [];
  return [`mix: ${formatCount(now.trainLines)} lines to train on, ${formatCount(now.heldoutLines)} held out`];
}

function tokenEvents(before: RunState['tokens'], now: RunState['tokens']): string[] {
  const settings = settingTexts(before === null ? (now?.settings ?? {}) : {});
  const written = settings.map((text) => `tokenise: ${text} in every conversation`);
  const steps = now?.totalSteps ?? null;
  if (steps === null || steps === (before?.totalSteps ?? null)) return written;
  const untrained = now?.untrained === undefined ? [] : untrainedLines(now.untrained);
  const epoch = now?.tokensPerEpoch === undefined ? '' : `, ${plural(now.tokensPerEpoch, 'token')} an epoch`;
  const { trainedRows = 0, trainedExamples = 0 } = now ?? {};
  const split =
    trainedExamples > trainedRows
      ? `, ${plural(trainedExamples, 'example')} of ${plural(trainedRows, 'conversation')}`
      : '';
  return [...written, `tokenise: ${plural(steps, 'training step')}${split}${epoch}`, ...untrained];
}

function trainEvents(before: RunState['train'], now: RunState['train']): string[] {
  if (now === null) return [];
  const lines: string[] = [];
  if (before === null && now.reusedSteps > 0)
    lines.push(
      `train: ${plural(now.reusedSteps, 'step')} of ${now.totalSteps} were recorded already and are reused`,
    );
  if (now.baseNll !== null && (before?.baseNll ?? null) === null)
    lines.push(`evaluate: held-out loss before training ${formatLoss(now.baseNll)}`);
  for (const { label, samplerPath, nextStep, lastLoss } of now.checkpoints)
    if (!(before?.checkpoints ?? []).some((known) => known.samplerPath === samplerPath))
      lines.push(
        `train: checkpoint ${label} after step ${nextStep} of ${now.totalSteps}, loss ${lastLoss.toFixed(3)}`,
      );
  if (now.heldoutNll !== null && now.heldoutNll !== (before?.heldoutNll ?? null))
    lines.push(`evaluate: held-out loss ${formatLoss(now.heldoutNll)}`);
  return lines;
}

function newNotes(before: readonly string[] = [], now: readonly string[]): string[] {
  return now.filter((note) => !before.includes(note));
}

function waitEvents(before: readonly Wait[], now: readonly Wait[]): string[] {
  const ended = before.filter(({ what }) => !now.some((wait) => wait.what === what));
  const begun = now.filter(
    ({ what, message }) => !before.some((wait) => wait.what === what && wait.message === message),
  );
  return [
    ...ended.map(({ what }) => `continues: ${what}`),
    ...begun.map(({ what, type, message }) => `waits for a decision: ${what}: ${type}: ${message}`),
  ];
}
