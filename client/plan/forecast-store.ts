import { canonicalLine } from '../../core/convert/conversation/canonical-line.js';
import { defined } from '../../core/defined.js';
import { forecastRun } from '../../core/forecast/forecast.js';
import { monthUsd, requestsUsd, storePrices } from '../../core/forecast/price.js';
import type { BilledRequests } from '../../core/forecast/requests.js';
import type { ForecastSource } from '../../core/forecast/shape.js';
import { formatBytes, formatCount } from '../../core/format.js';
import type { SourceSample } from '../cost/estimate.js';
import type { ResolvedRecipe } from '../recipe/recipe-file.js';
import type { SourcePlan } from './plan-source.js';

/** What a run from an empty store in a bucket would ask of it, up to its tokens. */
export interface StoreForecast {
  readonly requests: BilledRequests;
  readonly requestsUsd: number;
  /** Bytes that it leaves in the bucket. */
  readonly storedBytes: number;
  readonly monthUsd: number;
  readonly pieces: number;
  readonly partitions: number;
  /** Where and when the prices were read. */
  readonly pricesFrom: string;
  /** Sources that are not in it. */
  readonly without: readonly string[];
}

/** Of a conversation where none could be read. */
const lineBytes = 2048;
/** A token of English text has about four bytes. */
const tokensPerByte = 0.25;
/** Of a vocabulary, about. */
const tokenizerBytes = 11e6;

/** Forecasts the requests of one worker. What the store has already is forecast as if it were missing. */
export function forecastStore(
  { sources, heldout, train }: Pick<ResolvedRecipe, 'sources' | 'heldout' | 'train'>,
  planned: readonly {
    readonly plan: Pick<SourcePlan, 'name' | 'files'>;
    readonly sample: SourceSample | null;
  }[],
): StoreForecast {
  const run = forecastRun({
    sources: planned.map(({ plan, sample }) => forecastSource(plan, sample)),
    heldoutFraction: heldout.fraction,
    workers: 1,
    isDetected: sources.some(({ format }) => format === undefined),
    ...defined({ tokens: train === undefined ? undefined : { perByte: tokensPerByte, tokenizerBytes } }),
  });
  const names = new Set(planned.map(({ plan: { name } }) => name));
  return {
    requests: run.billed,
    requestsUsd: requestsUsd(run.billed),
    storedBytes: run.storedBytes,
    monthUsd: monthUsd(run.storedBytes),
    pieces: run.shape.sources.reduce((sum, { pieces }) => sum + pieces.length, 0),
    partitions: run.shape.partitions,
    pricesFrom: storePrices.from,
    without: sources.flatMap(({ name }) => (names.has(name) ? [] : [name])),
  };
}

function forecastSource({ files }: Pick<SourcePlan, 'files'>, sample: SourceSample | null): ForecastSource {
  const sizes = files.map(({ sizeBytes }) => sizeBytes);
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  const lengths = sample?.conversations.map((each) => Buffer.byteLength(canonicalLine(each)) + 1) ?? [];
  const mean =
    lengths.length === 0 ? lineBytes : lengths.reduce((sum, length) => sum + length, 0) / lengths.length;
  const lines = Math.max(1, sample?.expected ?? bytes / mean);
  return { files: sizes, lines, lineBytes: lines * mean };
}

/** The forecast as lines for users. */
export function storeForecastLines(forecast: StoreForecast): readonly string[] {
  const { requests, pieces, partitions, storedBytes, pricesFrom, without } = forecast;
  const missing = without.length === 0 ? '' : `, without ${without.join(', ')}`;
  const count = (requested: number): string => formatCount(rounded(requested));
  return [
    `The store, for a run from nothing to its tokens by one worker${missing}: about ${count(pieces)} pieces, ${count(partitions)} partitions`,
    `  ${count(requests.get)} GET, ${count(requests.put)} PUT, ${count(requests.list)} LIST: ${usd(forecast.requestsUsd)}`,
    `  ${formatBytes(rounded(storedBytes))} in the bucket: ${usd(forecast.monthUsd)} a month`,
    `  at ${pricesFrom}; nothing for transfer where the workers are in the region of the bucket`,
  ];
}

/** To two digits: an estimate has no more. */
function rounded(value: number): number {
  return Math.round(Number(value.toPrecision(2)));
}

function usd(amount: number): string {
  return amount < 0.01 ? 'below $0.01' : `$${amount.toFixed(2)}`;
}
