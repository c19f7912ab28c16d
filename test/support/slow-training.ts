import { untilPending } from './runs.js';
import type { Servers } from './servers.js';

/**
 * A recipe of `chats.jsonl` whose training has sixty steps of about 0.2 s, so that a segment of twenty lasts
 * for several heartbeats and can be met in the middle.
 */
export function slowTraining(label: string): string {
  return `seed: 4
heldout: { fraction: 0.02, rows: 6 }
sources:
  - { name: chats, files: chats.jsonl }
train:
  base_model: headrace/tiny-qwen3
  label: ${label}
  lora: { rank: 4, seed: 2 }
  batch_size: 16
  max_tokens: 128
  learning_rate: 2.0e-3
  max_steps: 60
  checkpoint_every: 20
  prompts: [Hello.]
`;
}

/** Waits until a training has done `step` steps. */
export async function untilStep(servers: Servers, name: string, step: number): Promise<void> {
  await untilPending(
    servers,
    name,
    (activity) => activity.type === 'trainSegment' && (activity.progress?.done ?? 0) >= step,
  );
}
