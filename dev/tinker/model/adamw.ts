import type { Tensors } from './safetensors.js';

export interface AdamParams {
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly eps: number;
  /** Decoupled: the weight shrinks by learningRate · weightDecay before the step. */
  readonly weightDecay: number;
  /** Largest allowed 2-norm over all gradients together; 0 = no clipping. */
  readonly gradClipNorm: number;
}

/** Moments of every parameter, and the number of steps taken. */
export interface AdamState {
  readonly m: ReadonlyMap<string, Float32Array>;
  readonly v: ReadonlyMap<string, Float32Array>;
  step: number;
}

/** The state before the first step: all moments zero. */
export function initAdam(params: Tensors): AdamState {
  const zeros = () => new Map([...params].map(([name, { data }]) => [name, new Float32Array(data.length)]));
  return { m: zeros(), v: zeros(), step: 0 };
}

/**
 * One AdamW step, in place (Loshchilov & Hutter; the order of operations is torch's `AdamW`). Arithmetic is
 * in double precision and stored in fp32, so equal inputs give equal bits everywhere.
 *
 * @returns the 2-norm of the gradients before clipping.
 */
export function adamwStep(
  params: Tensors,
  gradients: ReadonlyMap<string, Float32Array>,
  state: AdamState,
  adam: AdamParams,
): number {
  let squares = 0;
  for (const name of params.keys()) for (const g of of(gradients, name)) squares += g * g;
  const norm = Math.sqrt(squares);
  const clip = adam.gradClipNorm > 0 && norm > adam.gradClipNorm ? adam.gradClipNorm / norm : 1;
  state.step += 1;
  const correction1 = 1 - adam.beta1 ** state.step;
  const correction2 = 1 - adam.beta2 ** state.step;
  for (const [name, { data }] of params) {
    const gradient = of(gradients, name);
    const m = of(state.m, name);
    const v = of(state.v, name);
    for (let i = 0; i < data.length; i += 1) {
      const g = (gradient[i] ?? 0) * clip;
      const mi = Math.fround(adam.beta1 * (m[i] ?? 0) + (1 - adam.beta1) * g);
      const vi = Math.fround(adam.beta2 * (v[i] ?? 0) + (1 - adam.beta2) * g * g);
      m[i] = mi;
      v[i] = vi;
      const kept = (data[i] ?? 0) * (1 - adam.learningRate * adam.weightDecay);
      data[i] = kept - (adam.learningRate * (mi / correction1)) / (Math.sqrt(vi / correction2) + adam.eps);
    }
  }
  return norm;
}

function of(arrays: ReadonlyMap<string, Float32Array>, name: string): Float32Array {
  const array = arrays.get(name);
  if (array === undefined) throw new Error(`No gradient or moment for ${name}`);
  return array;
}
