import { TinkerError } from './errors.js';

/** AdamW, as one `optim_step` uses it. */
export interface AdamParams {
  readonly learningRate: number;
  /** @default 0.9 */
  readonly beta1?: number;
  /** @default 0.95 */
  readonly beta2?: number;
  /** @default 1e-12 */
  readonly eps?: number;
  /** @default 0 */
  readonly weightDecay?: number;
  /** Largest 2-norm of the gradient; 0: no clipping. @default 0 */
  readonly gradClipNorm?: number;
}

/**
 * The parameters under their names on the wire.
 *
 * @throws {TinkerError} invalid, where one is negative or not finite, or a beta is not below 1.
 */
export function adamFields(params: AdamParams): Readonly<Record<string, number>> {
  const fields = {
    learning_rate: params.learningRate,
    beta1: params.beta1 ?? 0.9,
    beta2: params.beta2 ?? 0.95,
    eps: params.eps ?? 1e-12,
    weight_decay: params.weightDecay ?? 0,
    grad_clip_norm: params.gradClipNorm ?? 0,
  };
  for (const [name, value] of Object.entries(fields))
    if (!Number.isFinite(value) || value < 0 || (name.startsWith('beta') && value >= 1))
      throw new TinkerError('invalid', `optim_step is refused before it is sent: ${name} is ${value}`);
  return fields;
}
