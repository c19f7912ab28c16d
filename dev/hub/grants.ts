import type { RepositorySettings } from './settings.js';

/** Access to gated repositories that was granted or requested since the Hub started. */
export class Grants {
  readonly #accepted = new Map<string, Set<string>>();
  readonly #pending = new Map<string, Set<string>>();

  /** Gives a user access to a repository. */
  accept(id: string, user: string): void {
    this.#accepted.set(id, new Set([...(this.#accepted.get(id) ?? []), user]));
  }

  /** Records a request for access that its owner has to review. */
  request(id: string, user: string): void {
    this.#pending.set(id, new Set([...(this.#pending.get(id) ?? []), user]));
  }

  /** The settings of a repository with these grants and requests added. */
  applyTo(id: string, settings: RepositorySettings): RepositorySettings {
    return {
      ...settings,
      accepted: [...settings.accepted, ...(this.#accepted.get(id) ?? [])],
      pending: [...settings.pending, ...(this.#pending.get(id) ?? [])],
    };
  }
}
