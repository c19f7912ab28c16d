import type { Activities } from '../contracts/activities.js';
import { isBucketPattern } from '../hub/bucket-pattern.js';
import type { Recipe } from '../recipe.js';

/**
 * What a worker does. `main`: workflows, and questions that must be answered at once, whatever else is under
 * way. `io`: downloads. `cpu`: conversion, mix, tokens, report. `train`: everything at the Tinker server.
 */
export const roles = ['main', 'io', 'cpu', 'train'] as const;
/** One of {@link roles}. A worker has one or several, by default all. */
export type Role = (typeof roles)[number];

const roleByActivity = {
  resolveSource: 'main',
  downloadFiles: 'io',
  planConversion: 'cpu',
  convertPieces: 'cpu',
  groupDialogues: 'cpu',
  summariseSource: 'cpu',
  planMix: 'cpu',
  countPartitions: 'cpu',
  decideMix: 'cpu',
  copyRows: 'cpu',
  writePartitions: 'cpu',
  finishMix: 'cpu',
  chooseTokenizer: 'main',
  planTokens: 'cpu',
  tokenisePieces: 'cpu',
  finishTokens: 'cpu',
  checkTraining: 'train',
  planTraining: 'train',
  findRecords: 'train',
  stepsWithin: 'train',
  trainSegment: 'train',
  recordSegment: 'train',
  renewCheckpoints: 'train',
  evaluate: 'train',
  writeReport: 'cpu',
} as const satisfies Record<keyof Activities, Role>;

/** The role whose workers run the activity. */
export function roleOf(activity: keyof Activities): Role {
  return roleByActivity[activity];
}

/** The role of an activity by its name; `undefined` where there is no activity of that name. */
export function roleNamed(activity: string): Role | undefined {
  return Object.entries(roleByActivity).find(([name]) => name === activity)?.[1];
}

/** The roles that a run of the recipe needs. */
export function rolesFor({ sources, train }: Pick<Recipe, 'sources' | 'train'>): readonly Role[] {
  const downloads = sources.some(
    ({ dataset, files }) => dataset !== undefined || [files ?? []].flat().some(isBucketPattern),
  );
  return roles.filter((role) => (role !== 'io' || downloads) && (role !== 'train' || train !== undefined));
}

/**
 * The task queue that the workers of a role poll.
 *
 * @param taskQueue - that of the workflows, which is the one of `main`.
 */
export function queueOfRole(taskQueue: string, role: Role): string {
  return role === 'main' ? taskQueue : `${taskQueue}-${role}`;
}

/** What the workers of a role report of an activity under way. */
interface Heartbeat {
  /** A cancel reaches the activity with the answer to a heartbeat. */
  readonly everyMs: number;
  /** Silence after which the worker counts as lost, and another attempt starts. */
  readonly timeoutMs: number;
}

/**
 * Temporal Cloud bills each heartbeat. A training answers a cancel soon, because its steps cost money; other
 * activities lose nothing meanwhile.
 */
export const heartbeats = {
  main: { everyMs: 5_000, timeoutMs: 30_000 },
  io: { everyMs: 5_000, timeoutMs: 30_000 },
  cpu: { everyMs: 5_000, timeoutMs: 30_000 },
  train: { everyMs: 1_000, timeoutMs: 20_000 },
} as const satisfies Record<Role, Heartbeat>;
