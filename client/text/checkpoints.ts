import type { ServerCheckpoint } from '../../activities/train/server/server-checkpoints.js';
import { formatCount } from '../../core/format.js';
import type { OnServer } from '../checkpoints/list.js';
import type { CheckpointLine } from '../../core/training/checkpoint-line.js';

/**
 * Checkpoints with their paths and how long the server keeps them. @param nowMs - milliseconds since 1970.
 */
export function checkpointsText(
  checkpoints: readonly CheckpointLine[],
  onServer: OnServer,
  nowMs: number,
): string {
  const labelWidth = Math.max(...checkpoints.map(({ label }) => label.length));
  const stepWidth = Math.max(...checkpoints.map(({ step }) => formatCount(step).length));
  return checkpoints
    .flatMap((checkpoint) => [
      `${checkpoint.label.padEnd(labelWidth)}  after step ${formatCount(checkpoint.step).padStart(stepWidth)}  ${lifeText(checkpoint, onServer, nowMs)}`,
      `  state            ${checkpoint.state_path}`,
      `  sampler weights  ${checkpoint.sampler_path}`,
    ])
    .join('\n');
}

/** `stays`, `6 d 3 h left`, `gone`; of both parts where they differ. */
function lifeText({ state_path, sampler_path }: CheckpointLine, onServer: OnServer, nowMs: number): string {
  if (onServer === undefined) return 'not known';
  const state = partText(onServer.get(state_path), nowMs);
  const sampler = partText(onServer.get(sampler_path), nowMs);
  return state === sampler ? state : `state ${state}, sampler weights ${sampler}`;
}

function partText(part: ServerCheckpoint | undefined, nowMs: number): string {
  if (part === undefined) return 'gone';
  if (part.expiresAt === undefined) return 'stays';
  const minutes = Math.max(0, Math.floor((Date.parse(part.expiresAt) - nowMs) / 60_000));
  const [days, hours] = [Math.floor(minutes / 1440), Math.floor((minutes % 1440) / 60)];
  if (days > 0) return `${days} d ${hours} h left`;
  return hours > 0 ? `${hours} h ${minutes % 60} min left` : `${minutes} min left`;
}
