/**
 * A small seeded generator (SFC32), so that every process draws the same numbers from the same seed.
 *
 * Source: Chris Doty-Humphrey's PractRand `sfc32`, seeded with 12 discarded rounds.
 */
export class SeededRandom {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  /** `seed` is any integer of magnitude ≤ 2^53; `stream` gives independent sequences for the same seed. */
  constructor(seed: number, stream = 0) {
    this.#a = seed >>> 0;
    this.#b = Math.floor(seed / 2 ** 32) >>> 0;
    this.#c = stream >>> 0;
    for (let round = 0; round < 12; round += 1) this.uint32();
  }

  uint32(): number {
    const sum = (this.#a + this.#b + this.#counter) >>> 0;
    this.#counter = (this.#counter + 1) >>> 0;
    this.#a = (this.#b ^ (this.#b >>> 9)) >>> 0;
    this.#b = (this.#c + (this.#c << 3)) >>> 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) >>> 0;
    return sum;
  }

  /** Uniform in [0, 1), with 53 bits. */
  uniform(): number {
    return ((this.uint32() >>> 5) * 2 ** 26 + (this.uint32() >>> 6)) / 2 ** 53;
  }

  /** Uniform integer in [0, n), n < 2^32. */
  below(n: number): number {
    return Math.floor(this.uniform() * n);
  }

  /** Standard normal, by Box–Muller; the second value of each pair is not used. */
  normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.uniform())) * Math.cos(2 * Math.PI * this.uniform());
  }
}
