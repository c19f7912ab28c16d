/** What becomes of two adjacent tokens. Pairs of ids, hashed with open addressing. */
export class PairTable {
  /** Four numbers a slot: left, right, rank, merged. A free slot has −1 as its left. */
  #slots = emptySlots(1 << 20);
  #count = 0;

  /** A pair that is added twice has its last rank. */
  add(left: number, right: number, rank: number, merged: number): void {
    if ((this.#count + 1) * 6 > this.#slots.length) this.#grow();
    const at = this.#slotOf(left, right);
    if (this.#slots[at] === -1) this.#count += 1;
    this.#slots[at] = left;
    this.#slots[at + 1] = right;
    this.#slots[at + 2] = rank;
    this.#slots[at + 3] = merged;
  }

  /** The slot of a pair, or −1. */
  find(left: number, right: number): number {
    const at = this.#slotOf(left, right);
    return this.#slots[at] === -1 ? -1 : at;
  }

  /** The lowest rank is merged first. */
  rank(slot: number): number {
    return this.#slots[slot + 2] ?? 0;
  }

  /** The id of both together. */
  merged(slot: number): number {
    return this.#slots[slot + 3] ?? 0;
  }

  #slotOf(left: number, right: number): number {
    const mask = this.#slots.length - 1;
    const hash = Math.imul(left, 0x9e3779b1) ^ Math.imul(right, 0x85ebca6b);
    let at = ((hash ^ (hash >>> 15)) << 2) & mask;
    while (this.#slots[at] !== -1 && (this.#slots[at] !== left || this.#slots[at + 1] !== right))
      at = (at + 4) & mask;
    return at;
  }

  #grow(): void {
    const before = this.#slots;
    this.#slots = emptySlots(before.length * 2);
    this.#count = 0;
    for (let at = 0; at < before.length; at += 4) {
      const left = before[at] ?? -1;
      if (left >= 0) this.add(left, before[at + 1] ?? 0, before[at + 2] ?? 0, before[at + 3] ?? 0);
    }
  }
}

function emptySlots(length: number): Int32Array {
  const slots = new Int32Array(length);
  for (let at = 0; at < length; at += 4) slots[at] = -1;
  return slots;
}
