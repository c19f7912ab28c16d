import type { ArtifactKind, ArtifactRef } from '../../../core/contracts/artifact.js';
import { messageOf } from '../../../core/errors.js';
import { notesPrefix } from './layout.js';
import type { Objects } from './objects.js';

/** The artifacts from which all others of a run are reached: its plans, and what a training reads. */
export const planKinds: readonly ArtifactKind[] = [
  'resolution',
  'conversion',
  'mix-plan',
  'token-plan',
  'tokens',
];

/** Names of the notes that are uses of plans begin so. */
export const planUsesPrefix = 'plan-uses/';

/** The note by which a plan counts as used when the note was written. */
const nameOf = ({ kind, key }: ArtifactRef): string => `${planUsesPrefix}${kind}/${key}`;

/** The plan of a note; `undefined` where it is none. */
export function planOfUse(name: string): ArtifactRef | undefined {
  const [kindName, key] = name.slice(planUsesPrefix.length).split('/');
  const kind = planKinds.find((each) => each === kindName);
  return kind === undefined || key === undefined ? undefined : { kind, key };
}

const noteAgainMs = 12 * 3_600_000;

/**
 * Notes when plans are used. Objects do not know when they were read, and garbage is what no plan needs that
 * was used lately. A process notes a plan at most twice a day.
 */
export class PlanUses {
  readonly #objects: Objects;
  readonly #onWarning: (message: string) => void;
  readonly #noted = new Map<string, number>();

  constructor(objects: Objects, onWarning: (message: string) => void) {
    this.#objects = objects;
    this.#onWarning = onWarning;
  }

  /** Notes the use of an artifact, where it is a plan. A key that may only read the store can go on. */
  async note(ref: ArtifactRef): Promise<void> {
    if (!planKinds.includes(ref.kind)) return;
    const name = nameOf(ref);
    const now = Date.now();
    if (now - (this.#noted.get(name) ?? -Infinity) < noteAgainMs) return;
    this.#noted.set(name, now);
    try {
      await this.#objects.put(`${notesPrefix}${name}`, Buffer.alloc(0));
    } catch (error) {
      this.#onWarning(`${messageOf(error)} (\`cache gc\` cannot know that ${ref.kind} ${ref.key} is used)`);
    }
  }
}
