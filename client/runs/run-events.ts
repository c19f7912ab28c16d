import { formatBytes, formatCount, formatLoss, plural } from '../../core/format.js';
import type { RunState, SourceState } from '../../core/run/state.js';

/** What happened between two looks at a run, as lines for people. `before` is `undefined` at the first look. */
export function eventsBetween(before: RunState | undefined, now: RunState): string[] {
  const lines: string[] = [];
  for (const source of now.sources) {
    const earlier = before?.sources.find((other) => other.name === source.name);
    lines.push(...sourceEvents(earlier, source));
  }
  // A stage's results stand under its heading also where it was over, and the next one begun, before anybody looked again.
  const begins = (stage: RunState['stage']): string[] =>
    now.stage === stage && before?.stage !== stage ? [`stage: ${stage}`] : [];
  lines.push(...begins('mix'));
  if (now.composition !== null && before?.composition?.trainLines !== now.composition.trainLines)
    lines.push(
      `mix: ${formatCount(now.composition.trainLines)} lines to train on, ${formatCount(now.composition.heldoutLines)} held out`,
    );
  lines.push(...begins('tokenise'));
  if (
    now.tokens?.totalSteps !== undefined &&
    now.tokens.totalSteps !== (before?.tokens?.totalSteps ?? null) &&
    now.tokens.totalSteps !== null
  )
    lines.push(`tokenise: ${plural(now.tokens.totalSteps, 'training step')}`);
  lines.push(...begins('train'), ...trainEvents(before, now), ...begins('report'));
  for (const note of now.notes) if (!(before?.notes ?? []).includes(note)) lines.push(`note: ${note}`);
  for (const wait of before?.waitingFor ?? [])
    if (!now.waitingFor.some((other) => other.what === wait.what)) lines.push(`goes on: ${wait.what}`);
  for (const wait of now.waitingFor)
    if (
      !(before?.waitingFor ?? []).some((other) => other.what === wait.what && other.message === wait.message)
    )
      lines.push(`waits for a person: ${wait.what}: ${wait.type}: ${wait.message}`);
  return lines;
}

function sourceEvents(before: SourceState | undefined, now: SourceState): string[] {
  const lines: string[] = [];
  if (now.files !== undefined && before?.files === undefined)
    lines.push(`${now.name}: ${plural(now.files, 'file')}, ${formatBytes(now.bytes ?? 0)}`);
  for (const note of now.notes) if (!(before?.notes ?? []).includes(note)) lines.push(`${now.name}: ${note}`);
  if (now.format !== undefined && before?.format === undefined)
    lines.push(`${now.name}: format ${now.format}`);
  if (now.status === before?.status) return lines;
  if (now.status === 'done')
    lines.push(
      `${now.name}: converted, ${plural(now.conversations ?? 0, 'conversation')}, ${formatCount(now.rejected ?? 0)} rejected`,
    );
  if (now.status === 'parked') lines.push(`${now.name}: failed; the other sources go on`);
  if (now.status === 'skipped') lines.push(`${now.name}: skipped`);
  return lines;
}

function trainEvents(before: RunState | undefined, now: RunState): string[] {
  const { train } = now;
  if (train === null) return [];
  const lines: string[] = [];
  const earlier = before?.train ?? null;
  if (earlier === null && train.reusedSteps > 0)
    lines.push(
      `train: ${plural(train.reusedSteps, 'step')} of ${train.totalSteps} are recorded already and are reused`,
    );
  if (train.baseNll !== null && (earlier?.baseNll ?? null) === null)
    lines.push(`evaluate: held-out loss before training ${formatLoss(train.baseNll)}`);
  for (const checkpoint of train.checkpoints)
    if (!(earlier?.checkpoints ?? []).some((other) => other.samplerPath === checkpoint.samplerPath))
      lines.push(
        `train: checkpoint ${checkpoint.label} after step ${checkpoint.nextStep} of ${train.totalSteps}, loss ${checkpoint.lastLoss.toFixed(3)}`,
      );
  if (train.heldoutNll !== null && train.heldoutNll !== (earlier?.heldoutNll ?? null))
    lines.push(`evaluate: held-out loss ${formatLoss(train.heldoutNll)}`);
  return lines;
}
