import { createHash } from 'node:crypto';
import { z } from 'zod';
import { HeadraceError } from '../../../core/errors.js';
import type { ArtifactStore } from '../../artifacts/store.js';

/**
 * A small document about one source of a run, kept as a note of the store. A run is named by `out`, where no
 * other run that is under way writes.
 */
export class RunNotes<Value> {
  readonly #store: ArtifactStore;
  readonly #schema: z.ZodType<Value>;
  readonly #prefix: string;

  /** @param kind - first part of the notes' names. */
  constructor(store: ArtifactStore, kind: string, out: string, schema: z.ZodType<Value>) {
    this.#store = store;
    this.#schema = schema;
    this.#prefix = `${kind}/${createHash('sha256').update(out).digest('hex').slice(0, 32)}/`;
  }

  /** @throws {HeadraceError} ArtifactCorruptError where the note cannot be read. */
  async read(source: string): Promise<Value | undefined> {
    return await this.#parsed(this.#name(source));
  }

  /** Replaces the note of a source. */
  async write(source: string, value: Value): Promise<void> {
    await this.#store.note(this.#name(source), `${JSON.stringify(value)}\n`);
  }

  /** The notes of all sources of the run, by source. */
  async all(): Promise<Map<string, Value>> {
    const found = new Map<string, Value>();
    for await (const { name } of this.#store.notes(this.#prefix)) {
      const value = await this.#parsed(name);
      if (value !== undefined) found.set(name.slice(this.#prefix.length, -suffix.length), value);
    }
    return found;
  }

  async #parsed(name: string): Promise<Value | undefined> {
    const text = await this.#store.read(name);
    if (text === undefined) return undefined;
    try {
      return this.#schema.parse(JSON.parse(text));
    } catch (error) {
      if (!(error instanceof SyntaxError) && !(error instanceof z.ZodError)) throw error;
      throw new HeadraceError(
        'ArtifactCorruptError',
        `The note ${name} of the store ${this.#store.place} cannot be read`,
        { cause: error, remedy: 'Start the run again: it writes the note anew.' },
      );
    }
  }

  #name(source: string): string {
    return `${this.#prefix}${source}${suffix}`;
  }
}

const suffix = '.json';
