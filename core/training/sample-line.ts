import { z } from 'zod';
import type { HeldoutLoss } from '../contracts/evaluation.js';

/** One line of samples.jsonl: an evaluation. */
export const SampleLine = z.object({
  /** First step that is not in the weights. */
  step: z.int().min(0),
  label: z.string(),
  heldout_rows: z.int().min(0),
  /** Nats a trained token. `null`: there are no held-out rows, or the loss has diverged. */
  heldout_nll: z.number().nullable(),
  /** `null`: the loss on the source's rows has diverged. */
  heldout_nll_by_source: z.record(z.string(), z.number().nullable()),
  /** The held-out loss is NaN or infinite. */
  diverged: z.literal(true).exactOptional(),
  answers: z.array(
    z.object({ prompt: z.string(), answer: z.string(), stopReason: z.enum(['stop', 'length']) }),
  ),
});
export type SampleLine = Readonly<z.infer<typeof SampleLine>>;

/** The held-out loss of a line; `null` where there are no held-out rows. */
export function heldoutLossOf({ heldout_nll: nll, diverged }: SampleLine): HeldoutLoss | null {
  return diverged === true ? 'diverged' : nll;
}

/** The held-out losses of a line by source. */
export function heldoutLossesOf({
  heldout_nll_by_source: bySource,
}: SampleLine): Record<string, HeldoutLoss> {
  return Object.fromEntries(Object.entries(bySource).map(([source, nll]) => [source, nll ?? 'diverged']));
}
