/** The counters of a worker, with what they count. They only grow, and start at 0 with the worker. */
export const counters = {
  files: 'Files of sources that are in the store, by whether they were fetched or there before',
  bytes: 'Bytes of sources that are in the store, by whether they were fetched or there before',
  rows: 'Rows that were read from sources',
  conversations: 'Conversations of these rows, by whether they were converted or rejected',
  pieces: 'Pieces of converted or tokenised rows, by stage and by whether they were made or there before',
  lines: 'Lines that were written into mixes, by file',
  tokens: 'Tokens, by whether they were tokenised or trained',
  steps: 'Steps of training that were recorded',
  checkpoints: 'Checkpoints that were recorded',
  failures: 'Attempts of activities that failed, by activity and type of the error',
  waits: 'Decisions that runs began to wait for, by type of the error',
  requests: 'Requests to the S3-compatible service of the store, by kind and outcome',
  cache: 'Bytes that were read of the store, by whether the cache had them',
} as const;

/** One of {@link counters}. */
export type Counter = keyof typeof counters;

/** The counter's name as a metric, to which Prometheus adds `_total`. */
export function counterName(counter: Counter): string {
  return `headrace_${counter}`;
}

/** What a value belongs to. Each combination is a series: only closed sets, no names of files or runs. */
type Labels = Readonly<Record<string, string>>;

/** An amount that is added to a counter. */
export interface Measure {
  readonly counter: Counter;
  /** 0 or more, a whole number. */
  readonly value: number;
  readonly labels?: Labels;
}

/** Takes what is counted. */
export type Count = (measure: Measure) => void;
