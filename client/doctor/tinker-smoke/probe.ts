import { HeadraceError } from '../../../core/errors.js';
import {
  crossEntropyDatum,
  type AdamParams,
  type Datum,
  type SamplingClient,
  type TrainingClient,
} from '../../../tinker/index.js';

/** Two sequences of eight tokens, whose ids every vocabulary has. The last four tokens are trained. */
export const sequences = [
  [100, 101, 102, 103, 104, 105, 106, 107],
  [207, 206, 205, 204, 203, 202, 201, 200],
] as const;
const trainedTokens = 4;

/** The datum of each sequence. */
export const [firstDatum, secondDatum] = [datumOf(sequences[0]), datumOf(sequences[1])];

/** The optimizer of the smoke's steps, with the betas of a run and a usual learning rate of a LoRA. */
export const adam = { learningRate: 3e-4, eps: 1e-8 } as const satisfies AdamParams;

/** Log-probabilities, in nats, of the trained tokens of both sequences: a fingerprint of the weights. */
export type Logprobs = readonly number[];

function datumOf(tokens: readonly number[]): Datum {
  const targets = tokens.slice(1);
  const untrained = targets.length - trainedTokens;
  return crossEntropyDatum(
    tokens.slice(0, -1),
    targets,
    targets.map((_, at) => (at < untrained ? 0 : 1 / trainedTokens)),
  );
}

/** The log-probabilities that a training client's weights give. */
export async function logprobsOf(client: TrainingClient): Promise<Logprobs> {
  const { outputs } = await client.forward([firstDatum, secondDatum], 'cross_entropy').result;
  return checked(outputs.flatMap(({ logprobs }) => Array.from(logprobs ?? []).slice(-trainedTokens)));
}

/** The same of the weights that a sampling client samples from. */
export async function sampledLogprobs(client: SamplingClient, signal: AbortSignal): Promise<Logprobs> {
  const found: (number | null)[] = [];
  for (const tokens of sequences)
    found.push(...(await client.computeLogprobs(tokens, signal)).slice(-trainedTokens));
  return checked(found);
}

/** @throws {HeadraceError} where a log-probability is missing or not a number. */
function checked(logprobs: readonly (number | null)[]): Logprobs {
  const known = logprobs.flatMap((each) => (Number.isFinite(each) ? (each ?? []) : []));
  if (known.length === trainedTokens * sequences.length) return known;
  throw new HeadraceError(
    'TinkerConformanceError',
    `the server's log-probabilities are [${logprobs.join(', ')}] where ${trainedTokens * sequences.length} numbers are expected`,
  );
}

/** One optimizer step on the gradients of the batches, each sent as a request of its own. */
export async function trainStep(
  client: TrainingClient,
  batches: readonly (readonly Datum[])[],
  params: AdamParams = adam,
): Promise<void> {
  const sent = batches.map((batch) => client.forwardBackward(batch, 'cross_entropy').result);
  await Promise.all([...sent, client.optimStep(params).result]);
}

/** Mean loss over the trained tokens of both sequences, in nats. */
export function meanLoss(logprobs: Logprobs): number {
  return -logprobs.reduce((sum, each) => sum + each, 0) / logprobs.length;
}

/** The same of the first sequence alone, which is the one that is trained. */
export function firstLoss(logprobs: Logprobs): number {
  return meanLoss(logprobs.slice(0, trainedTokens));
}

/** Root of the mean squared difference, in nats. */
export function distance(a: Logprobs, b: Logprobs): number {
  const squares = a.map((each, at) => (each - (b[at] ?? Number.NaN)) ** 2);
  return Math.sqrt(squares.reduce((sum, each) => sum + each, 0) / squares.length);
}

/**
 * Whether two fingerprints count as equal: servers that compute in bfloat16 give equal weights different
 * ones. What steps have moved is the scale, so the rule needs no figure in nats.
 */
export function isSame(a: Logprobs, b: Logprobs, moved: number): boolean {
  return distance(a, b) <= moved / 4;
}
