import { z } from 'zod';

const count = z.int().min(0);

/** One line of metrics.jsonl: a training step. Names are those of the Tinker cookbook's `metrics.jsonl`. */
export const StepMetrics = z.object({
  step: count,
  epoch: count,
  /** Nats a trained token: −Σ(lp·w)/Σw over the batch, before the step. */
  train_mean_nll: z.number(),
  learning_rate: z.number().min(0),
  num_sequences: count,
  num_tokens: count,
  num_loss_tokens: count,
  /** (step + 1) / total steps. */
  progress: z.number(),
});
export type StepMetrics = Readonly<z.infer<typeof StepMetrics>>;
