/** What an artifact can hold. */
export const artifactKinds = [
  'resolution', // the files of one source
  'conversion', // the plan that cuts one source into pieces
  'piece', // converted rows of one piece, in runs sorted by order key
  'scatter', // rows of a grouped format, partitioned by group
  'summary', // the counts of one source
  'mix-plan', // the sorted runs of a mix, and its partitions
  'mix-count', // the unique conversations of one partition
  'mix-decision', // which rows stay
  'mix-copies', // further copies of repeated rows
  'mix-part', // the lines of one partition in their order
  'mix', // the finished mix: manifest, rejects and the list of its parts
  'tokenizer', // its files
  'token-plan',
  'token-piece',
  'tokens',
  'training', // the plan of a training
  'metrics', // per-step metrics of one segment
  'record', // a finished segment
  'evaluation',
] as const;

/** One of {@link artifactKinds}. */
export type ArtifactKind = (typeof artifactKinds)[number];

/** Names an artifact in the store. `key` is 64 hex digits: a hash of inputs, parameters and code version. */
export interface ArtifactRef {
  /** What it holds. */
  readonly kind: ArtifactKind;
  /** 64 hex digits. */
  readonly key: string;
}

/**
 * The work items of a plan, in batches of neighbours: each is one activity. The ranges of the batches follow
 * from the numbers, for lists of them would not fit a payload.
 */
export interface Batches {
  /** Work items in all. */
  readonly items: number;
  /** Of each batch but the last, which may have fewer; at least 1. */
  readonly itemsPerBatch: number;
  /** Size of the input of all items, in bytes. */
  readonly bytes: number;
}
