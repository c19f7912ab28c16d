import { batchCount } from '../batches.js';
import { billed, sum, type BilledRequests, type Traffic } from './requests.js';
import { shapeOf, type ForecastInput, type Shape } from './shape.js';
import {
  bringSources,
  convertSources,
  finishMix,
  planMix,
  planSources,
  tokenise,
  writeMix,
  type Run,
} from './stages.js';

/** The stages of a run with what each asks of the store, in their order. */
export const forecastStages = {
  bring: bringSources,
  plan: planSources,
  convert: convertSources,
  'plan the mix': planMix,
  'write the mix': writeMix,
  'finish the mix': finishMix,
  tokenise,
} as const satisfies Readonly<Record<string, (run: Run) => Traffic>>;

export type ForecastStage = keyof typeof forecastStages;

/** What a run on a store in a bucket asks of it, up to its tokens. */
export interface Forecast {
  readonly shape: Shape;
  readonly stages: Readonly<Record<ForecastStage, Traffic>>;
  readonly total: Traffic;
  readonly billed: BilledRequests;
  /** Events of the longest history of its workflows, about. */
  readonly mostEvents: number;
}

/** Requests, bytes and events of a run that begins with an empty store and ends with its tokens. */
export function forecastRun(input: ForecastInput): Forecast {
  const shape = shapeOf(input);
  const run = { input, shape };
  const stages = {
    bring: bringSources(run),
    plan: planSources(run),
    convert: convertSources(run),
    'plan the mix': planMix(run),
    'write the mix': writeMix(run),
    'finish the mix': finishMix(run),
    tokenise: tokenise(run),
  };
  const total = sum(...Object.values(stages));
  return { shape, stages, total, billed: billed(total), mostEvents: mostEvents(shape) };
}

/** Of one activity, its workflow tasks included. */
const eventsPerActivity = 6;
/** Batches of one history; more are done in children. */
export const mostBatchesInHistory = 500;
/** Of a run besides its batches: activities of stages, children, signals. */
const otherEvents = 600;

function mostEvents({ sources, partitionBatches, tokenBatches }: Shape): number {
  const here = (batches: number): number => (batches <= mostBatchesInHistory ? batches : 0);
  const inChild = (batches: number): number => (batches > mostBatchesInHistory ? mostBatchesInHistory : 0);
  const all = [...sources.map(({ batches }) => batches), partitionBatches, tokenBatches].map(batchCount);
  const run = 2 * here(batchCount(partitionBatches)) + here(batchCount(tokenBatches));
  return otherEvents + eventsPerActivity * Math.max(run, ...all.map(here), ...all.map(inChild));
}
