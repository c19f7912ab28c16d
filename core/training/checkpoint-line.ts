import { z } from 'zod';

/**
 * One line of checkpoints.jsonl, as the Tinker cookbook reads it (`checkpoint_utils.py`), with `label`,
 * `step` and `server` added.
 */
export const CheckpointLine = z.object({
  /** The number of `step` with six digits; `final`. */
  name: z.string(),
  /** Batch of `epoch` that trains next. */
  batch: z.int().min(0),
  epoch: z.int().min(0),
  final: z.literal(true).exactOptional(),
  state_path: z.string(),
  sampler_path: z.string(),
  label: z.string(),
  /** First step that is not in the weights, over all epochs. */
  step: z.int().min(0),
  /** Identity of the server that has the checkpoint: its address, or a development server's id. */
  server: z.string(),
});
export type CheckpointLine = Readonly<z.infer<typeof CheckpointLine>>;
