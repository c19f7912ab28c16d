import type { ArtifactKind, ArtifactRef } from '../../../core/contracts/artifact.js';
import { messageOf } from '../../../core/errors.js';
import type { ArtifactStore } from '../store.js';
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

const plansPrefix = 'plan-uses/';
const tokenizersPrefix = 'tokenizer-uses/';

/** The note by which a plan counts as used when the note was written. */
export const planUseName = ({ kind, key }: ArtifactRef): string => `${plansPrefix}${kind}/${key}`;

/** The same of a file of a tokenizer, by the id of its content: no plan names it. */
export const tokenizerUseName = (oid: string): string => `${tokenizersPrefix}${oid}`;

/** The plans whose use was noted, each with when. */
export async function planUses(
  store: Pick<ArtifactStore, 'notes'>,
): Promise<{ readonly plan: ArtifactRef; readonly at: Date }[]> {
  const uses: { plan: ArtifactRef; at: Date }[] = [];
  for await (const { name, at } of store.notes(plansPrefix)) {
    const [kindName, key] = name.slice(plansPrefix.length).split('/');
    const kind = planKinds.find((each) => each === kindName);
    if (kind !== undefined && key !== undefined) uses.push({ plan: { kind, key }, at });
  }
  return uses;
}

/** When the files of tokenizers were used, by the id of their content. */
export async function tokenizerUses(store: Pick<ArtifactStore, 'notes'>): Promise<Map<string, Date>> {
  const uses = new Map<string, Date>();
  for await (const { name, at } of store.notes(tokenizersPrefix))
    uses.set(name.slice(tokenizersPrefix.length), at);
  return uses;
}

const noteAgainMs = 12 * 3_600_000;

/**
 * Notes when plans and tokenizers are used. Objects do not know when they were read, and garbage is what no
 * plan needs that was used lately. A process notes a use at most twice a day.
 */
export class NotedUses {
  readonly #objects: Objects;
  readonly #onWarning: (message: string) => void;
  readonly #noted = new Map<string, number>();

  constructor(objects: Objects, onWarning: (message: string) => void) {
    this.#objects = objects;
    this.#onWarning = onWarning;
  }

  /** Notes the use of an artifact, where it is a plan. */
  async ofArtifact(ref: ArtifactRef): Promise<void> {
    if (planKinds.includes(ref.kind)) await this.#note(planUseName(ref), `${ref.kind} ${ref.key}`);
  }

  /** Notes the use of a file of a tokenizer. */
  async ofTokenizer(oid: string): Promise<void> {
    await this.#note(tokenizerUseName(oid), `the tokenizer file ${oid}`);
  }

  /** A key that may only read the store can go on. */
  async #note(name: string, what: string): Promise<void> {
    const now = Date.now();
    if (now - (this.#noted.get(name) ?? -Infinity) < noteAgainMs) return;
    this.#noted.set(name, now);
    try {
      await this.#objects.put(`${notesPrefix}${name}`, Buffer.alloc(0));
    } catch (error) {
      this.#onWarning(`${messageOf(error)} (\`cache gc\` cannot know that ${what} is used)`);
    }
  }
}
