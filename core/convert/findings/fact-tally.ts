import type { SourceCounts } from '../../contracts/conversion.js';
import { countUnread } from './counts.js';
import type { ConversationFacts } from './facts.js';

/** Adds up the facts of converted conversations. */
export class FactTally {
  readonly #unread = new Map<string, number>();
  readonly #holds = { reasoning: 0, tools: 0, toolCalls: 0, weight: 0, names: 0 };
  #blankSystem = 0;
  #trailing = 0;

  add({ unread, blankSystem, trailing, holds }: ConversationFacts): void {
    for (const name of unread) countUnread(this.#unread, name, 1);
    this.#blankSystem += blankSystem;
    this.#trailing += Number(trailing);
    this.#holds.reasoning += Number(holds.reasoning);
    this.#holds.tools += Number(holds.tools);
    this.#holds.toolCalls += Number(holds.toolCalls);
    this.#holds.weight += Number(holds.weight);
    this.#holds.names += Number(holds.names);
  }

  get counts(): Pick<SourceCounts, 'unread' | 'blankSystem' | 'trailing' | 'holds'> {
    return {
      unread: Object.fromEntries(this.#unread),
      blankSystem: this.#blankSystem,
      trailing: this.#trailing,
      holds: { ...this.#holds },
    };
  }
}
