import { jit, numpy as np, tree, valueAndGrad } from '@jax-js/jax';
import type { BaseModel } from '../model/base-model.js';
import { toArrays } from '../model/jax-engine.js';
import { targetLogprobs, type ArrayTree } from '../model/jax-forward.js';

/** `rows` windows of `length` tokens; every token is predicted from those before it in its window. */
export interface Batch {
  readonly rows: number;
  readonly length: number;
  /** `[rows, length]` */
  readonly inputs: Int32Array;
  readonly targets: Int32Array;
}

export interface FullGradients {
  /** Mean negative log-likelihood a token, in nats. */
  readonly loss: number;
  /** By tensor of the base model. */
  readonly gradients: ReadonlyMap<string, Float32Array>;
}

const embedding = 'model.embed_tokens.weight';

/** The loss of a batch and its gradient by every weight of the model, as training from scratch needs it. */
export function fullGradients(model: BaseModel): (batch: Batch) => Promise<FullGradients> {
  const { config, tensors } = model;
  const loss = (base: ArrayTree, embedded: np.Array, targets: np.Array): np.Array => {
    const logprobs = targetLogprobs(config, { base, adapters: {}, scale: 0 }, embedded, targets);
    tree.dispose(base);
    return logprobs.mean().neg();
  };
  const program = jit((base: ArrayTree, embedded: np.Array, targets: np.Array) => {
    const [value, [weights, inputs]] = valueAndGrad(loss, { argnums: [0, 1] })(base, embedded, targets);
    return { value, weights, inputs };
  });
  return async ({ rows, length, inputs, targets }) => {
    const hidden = config.hiddenSize;
    const table = tensors.get(embedding)?.data ?? new Float32Array();
    const embedded = new Float32Array(inputs.length * hidden);
    for (const [i, token] of inputs.entries())
      embedded.set(table.subarray(token * hidden, (token + 1) * hidden), i * hidden);
    const out = program(
      toArrays(tensors),
      np.array(embedded, { shape: [rows, length, hidden] }),
      np.array(targets, { shape: [rows, length] }),
    );
    const gradients = new Map<string, Float32Array>();
    for (const [name, array] of Object.entries(out.weights))
      gradients.set(name, Float32Array.from(await array.data()));
    // The embedding is looked up outside the program, so its gradient is added up here.
    const byInput = await out.inputs.data();
    const sum = gradients.get(embedding) ?? new Float32Array();
    for (const [i, token] of inputs.entries())
      for (let column = 0; column < hidden; column += 1) {
        const at = token * hidden + column;
        sum[at] = (sum[at] ?? 0) + (byInput[i * hidden + column] ?? 0);
      }
    return { loss: Number((await out.value.data())[0]), gradients };
  };
}
