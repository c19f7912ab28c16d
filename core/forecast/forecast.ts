import { batchCount, mostBatchesInHistory } from '../batches.js';
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
} from './stages.js';

/** The stages of a run, in their order. */
export type ForecastStage =
  | 'bring'
  | 'plan'
  | 'convert'
  | 'plan the mix'
  | 'write the mix'
  | 'finish the mix'
  | 'tokenise';

/** What a run on a store in a bucket asks of it, up to its tokens. */
export interface Forecast {
  readonly shape: Shape;
  readonly stages: Readonly<Record<ForecastStage, Traffic>>;
  readonly total: Traffic;
  /** Bytes that are in the bucket at its end. */
  readonly storedBytes: number;
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
  // The service copies the shards into train.jsonl and heldout.jsonl.
  const copied = total.requests.UploadPartCopy > 0 ? shape.lineBytes : 0;
  return {
    shape,
    stages,
    total,
    storedBytes: total.sentBytes + copied,
    billed: billed(total),
    mostEvents: mostEvents(shape),
  };
}

/** Of one activity, its workflow tasks included. */
const eventsPerActivity = 6;
/** Of a run besides its batches: activities of stages, children, signals. */
const otherEvents = 600;

function mostEvents({ sources, partitionBatches, tokenBatches }: Shape): number {
  const here = (batches: number): number => (batches <= mostBatchesInHistory ? batches : 0);
  const inChild = (batches: number): number => (batches > mostBatchesInHistory ? mostBatchesInHistory : 0);
  const all = [...sources.map(({ batches }) => batches), partitionBatches, tokenBatches].map(batchCount);
  const run = 2 * here(batchCount(partitionBatches)) + here(batchCount(tokenBatches));
  return otherEvents + eventsPerActivity * Math.max(run, ...all.map(here), ...all.map(inChild));
}
