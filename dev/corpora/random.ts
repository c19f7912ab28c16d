/**
 * Deterministic choices: equal seeds give equal texts on every machine. For demo data only; no cryptography.
 */
export class Random {
  #state: number;

  /** @param seed - any text; texts that differ give unrelated sequences. */
  constructor(seed: string) {
    // FNV-1a, 32 bits.
    let hash = 0x811c9dc5;
    for (const char of seed) hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 0x01000193);
    this.#state = hash >>> 0;
  }

  /** The next number, in [0, 1). The generator is mulberry32. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }

  /** An integer in [0, limit). */
  int(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** @throws {RangeError} on an empty list. */
  pick<T>(list: readonly T[]): T {
    const [chosen] = this.sample(list, 1);
    if (chosen === undefined) throw new RangeError('nothing to pick from');
    return chosen;
  }

  /** `count` different members, in random order; all of them where there are fewer. */
  sample<T>(list: readonly T[], count: number): T[] {
    const pool = list.slice();
    const chosen: T[] = [];
    while (chosen.length < count && pool.length > 0) chosen.push(...pool.splice(this.int(pool.length), 1));
    return chosen;
  }

  shuffle<T>(list: readonly T[]): T[] {
    return this.sample(list, list.length);
  }

  /** `count` lower-case hex digits. */
  hex(count: number): string {
    return Array.from({ length: count }, () => this.int(16).toString(16)).join('');
  }
}
