import { HeadraceError } from '../../../core/errors.js';
import type { TinkerSession, TrainingClient } from '../../../tinker/index.js';
import { adam, distance, firstDatum, isSame, logprobsOf, meanLoss, secondDatum, trainStep } from './probe.js';
import type { Logprobs } from './probe.js';
import { compareResumedStep } from './resumed-step.js';
import { Shortcoming, type Found, type SmokeSteps } from './smoke-steps.js';
import type { Trained } from './train-first.js';

/** The same three times: the model that was saved, its state with the optimizer, its weights alone. */
export interface LoadedClients {
  readonly live: TrainingClient;
  readonly resumed: TrainingClient;
  readonly weightsAlone: TrainingClient;
}

/**
 * Whether a resumed training is the undisturbed one: the loaded weights, the next step, a batch in two
 * requests. Returns the clients, which have moved on; undefined where a load failed.
 */
export async function checkResume(
  steps: SmokeSteps,
  session: TinkerSession,
  live: TrainingClient,
  trained: Trained,
  statePath: string,
): Promise<LoadedClients | undefined> {
  const load = (what: string, optimizer: boolean): Promise<TrainingClient | undefined> =>
    steps.run(what, () => loadClient(session, statePath, optimizer, trained));
  const resumed = await load('load', true);
  const weightsAlone = await load('load weights', false);
  if (resumed === undefined || weightsAlone === undefined) return undefined;
  const clients = { live, resumed, weightsAlone };
  const after = await steps.run('optimizer', () => stepAll(clients, trained));
  if (after !== undefined) await steps.run('batch in parts', () => stepInParts(clients, after.live));
  return clients;
}

async function loadClient(
  session: TinkerSession,
  statePath: string,
  optimizer: boolean,
  { before, after }: Trained,
): Promise<Found<TrainingClient>> {
  const client = await session.createFromState(statePath, { optimizer });
  const found = await logprobsOf(client);
  if (isSame(found, after, distance(before, after)))
    return { value: client, detail: `the same loss from the saved state: ${meanLoss(found).toFixed(4)}` };
  throw new HeadraceError(
    'TinkerConformanceError',
    `the loaded state is not the saved one: loss ${meanLoss(found).toFixed(4)} instead of ${meanLoss(after).toFixed(4)}`,
  );
}

/**
 * With moments of three steps at beta1 0.9, a step at 0.98 is (0.98 · 0.271 + 0.02) / (1 − 0.98⁴) = 3.7 times
 * as long as one without: the counter-check stands out, even where all gradients point one way.
 */
const momentumStep = { ...adam, beta1: 0.98 };

async function stepAll(
  clients: LoadedClients,
  { after: before }: Trained,
): Promise<Found<LoadedStep> | Shortcoming> {
  const stepped = async (client: TrainingClient): Promise<Logprobs> => {
    await trainStep(client, [[secondDatum]], momentumStep);
    return await logprobsOf(client);
  };
  const live = await stepped(clients.live);
  const resumed = await stepped(clients.resumed);
  const weightsAlone = await stepped(clients.weightsAlone);
  const { found, detail } = compareResumedStep({ before, live, resumed, weightsAlone });
  if (found === 'restored') return { value: { live }, detail };
  return new Shortcoming(
    `the weights alone make the step of the live model too: the server restores the optimizer unasked, or ignores beta1; ${detail}`,
    '`train.from` may then begin with the moments of the other training.',
  );
}

interface LoadedStep {
  readonly live: Logprobs;
}

/**
 * The gradients of two requests must add up. With both betas 0 a step is the sign of the gradient, whatever
 * the optimizer has seen and whatever the scale.
 */
async function stepInParts({ live, resumed }: LoadedClients, before: Logprobs): Promise<Found<undefined>> {
  const signs = { ...adam, beta1: 0, beta2: 0 };
  await trainStep(live, [[firstDatum], [secondDatum]], signs);
  await trainStep(resumed, [[firstDatum, secondDatum]], signs);
  const [inTwo, inOne] = [await logprobsOf(live), await logprobsOf(resumed)];
  const detail = `loss ${meanLoss(inTwo).toFixed(4)} from two requests and ${meanLoss(inOne).toFixed(4)} from one`;
  if (isSame(inTwo, inOne, distance(before, inOne)))
    return { value: undefined, detail: `gradients add up until the step: ${detail}` };
  throw new HeadraceError(
    'TinkerConformanceError',
    `a batch that is sent in two requests makes another step than in one: ${detail}`,
    {
      remedy:
        'Report it to those who run the server. Batches of at most 1,024 short examples are one request.',
    },
  );
}
