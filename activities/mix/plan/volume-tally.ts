import type { Volume } from '../../../core/contracts/mix.js';
import { mixEntryAt } from '../format/mix-entry.js';

type Sum = { -readonly [Key in keyof Volume]: Volume[Key] };

/** Sums up the text of conversations by source. */
export class VolumeTally {
  readonly #sums: readonly Sum[];

  constructor(sources: number) {
    this.#sums = Array.from({ length: sources }, () => ({ bytes: 0, assistantChars: 0 }));
  }

  /** @param length - of the line, without its newline. */
  add(source: number, length: number, assistantChars: number): void {
    const sum = this.#at(source);
    sum.bytes += length + 1;
    sum.assistantChars += assistantChars;
  }

  /** Adds the conversation of a mix entry. */
  addEntry(entry: Buffer): void {
    this.add(
      entry.readUInt16LE(mixEntryAt.source),
      entry.readUInt32LE(mixEntryAt.length),
      entry.readUInt32LE(mixEntryAt.assistantChars),
    );
  }

  /** Of each source. */
  get all(): readonly Volume[] {
    return this.#sums.map((sum) => ({ ...sum }));
  }

  #at(source: number): Sum {
    const sum = this.#sums[source];
    if (sum === undefined) throw new Error(`No source ${source}`);
    return sum;
  }
}
