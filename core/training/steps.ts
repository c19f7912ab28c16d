/** How many steps a training has, and which examples each of them trains on. */

export interface StepRule {
  /** N: examples of train.jsonl with at least one trained token. */
  readonly trainedExamples: number;
  /** B: examples in a step. */
  readonly batchSize: number;
  readonly epochs: number;
  /** Cuts the training short; absent: every epoch whole. */
  readonly maxSteps?: number | undefined;
}

/** ⌈N/B⌉: a batch never spans two epochs, so an epoch's last one may be short. */
export function stepsPerEpoch({ trainedExamples, batchSize }: StepRule): number {
  return Math.ceil(trainedExamples / batchSize);
}

export function totalSteps(rule: StepRule): number {
  return Math.min(rule.epochs * stepsPerEpoch(rule), rule.maxSteps ?? Number.POSITIVE_INFINITY);
}

export interface StepPlace {
  /** From 0. */
  readonly epoch: number;
  /** The step's examples are `[from, to)` of the epoch's order. */
  readonly from: number;
  /** exclusive */
  readonly to: number;
}

/** The place of step `step`, from 0. */
export function placeOfStep(rule: StepRule, step: number): StepPlace {
  const perEpoch = stepsPerEpoch(rule);
  const from = (step % perEpoch) * rule.batchSize;
  return {
    epoch: Math.floor(step / perEpoch),
    from,
    to: Math.min(from + rule.batchSize, rule.trainedExamples),
  };
}

/** SHA-256 of a text in UTF-8, 32 bytes. */
export type Sha256 = (text: string) => Uint8Array;

/**
 * The numbers of examples (from 0) in the order in which an epoch trains on them: that of train.jsonl in
 * epoch 0, in later ones sorted by SHA-256(`${seed}\nepoch ${epoch}\n${number}`).
 *
 * @param examples - the numbers of those that are trained on, rising.
 */
export function epochOrder(
  examples: ArrayLike<number>,
  epoch: number,
  seed: number,
  sha256: Sha256,
): Uint32Array {
  if (epoch === 0) return Uint32Array.from(examples);
  const digests = new Uint8Array(examples.length * 32);
  for (let at = 0; at < examples.length; at += 1)
    digests.set(sha256(`${seed}\nepoch ${epoch}\n${examples[at]}`).subarray(0, 32), at * 32);
  const order = Uint32Array.from({ length: examples.length }, (_, at) => at);
  order.sort((a, b) => compareDigests(digests, a * 32, b * 32));
  return order.map((at) => examples[at] ?? 0);
}

function compareDigests(digests: Uint8Array, a: number, b: number): number {
  for (let at = 0; at < 32; at += 1) {
    const difference = (digests[a + at] ?? 0) - (digests[b + at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
