/** A hash of bytes (FNV-1a, with the high bits folded in). */
export function hashOfBytes(bytes: Uint8Array, from: number, to: number): number {
  let hash = 0x811c9dc5;
  for (let at = from; at < to; at += 1) hash = Math.imul(hash ^ (bytes[at] ?? 0), 0x01000193);
  return (hash ^ (hash >>> 15)) >>> 0;
}

/** The tokens of a vocabulary, as bytes. Ids may have gaps. */
export class Vocabulary {
  #bytes = new Uint8Array(1 << 16);
  /** Place of the bytes of each id, as `[2 * id]` = first, `[2 * id + 1]` = behind the last; 0, 0 for none. */
  #places = new Int32Array(1 << 10);
  /** Ids by the hash of their bytes, with open addressing; −1 where there is none. */
  #slots = new Int32Array(1 << 12).fill(-1);
  #length = 0;
  #count = 0;
  #highest = -1;

  get highestId(): number {
    return this.#highest;
  }

  /**
   * Adds a token, which may be found by its bytes.
   *
   * @returns false where the id or the bytes are there already, or there are no bytes.
   */
  add(id: number, bytes: Uint8Array, from = 0, to = bytes.length): boolean {
    if (to === from || this.has(id) || this.find(bytes, from, to) >= 0) return false;
    if ((this.#count + 1) * 2 > this.#slots.length) this.#growSlots();
    this.#write(id, bytes, from, to);
    this.#slots[this.#freeSlot(hashOfBytes(bytes, from, to))] = id;
    this.#count += 1;
    return true;
  }

  /** The bytes of an id; `undefined` where there is none. */
  bytesOf(id: number): Uint8Array | undefined {
    return this.has(id) ? this.#bytes.subarray(this.#places[2 * id], this.#places[2 * id + 1]) : undefined;
  }

  /** The id of bytes, or −1. */
  find(bytes: Uint8Array, from = 0, to = bytes.length): number {
    const mask = this.#slots.length - 1;
    for (let slot = hashOfBytes(bytes, from, to) & mask; ; slot = (slot + 1) & mask) {
      const id = this.#slots[slot] ?? -1;
      if (id < 0 || this.#isAt(id, bytes, from, to)) return id;
    }
  }

  has(id: number): boolean {
    return (this.#places[2 * id + 1] ?? 0) > 0;
  }

  #isAt(id: number, bytes: Uint8Array, from: number, to: number): boolean {
    const first = this.#places[2 * id] ?? 0;
    if ((this.#places[2 * id + 1] ?? 0) - first !== to - from) return false;
    for (let at = from; at < to; at += 1) if (this.#bytes[first + at - from] !== bytes[at]) return false;
    return true;
  }

  #write(id: number, bytes: Uint8Array, from: number, to: number): void {
    while (this.#length + to - from > this.#bytes.length) this.#bytes = grown(this.#bytes, Uint8Array);
    while (2 * id + 1 >= this.#places.length) this.#places = grown(this.#places, Int32Array);
    this.#places[2 * id] = this.#length;
    this.#bytes.set(bytes.subarray(from, to), this.#length);
    this.#length += to - from;
    this.#places[2 * id + 1] = this.#length;
    this.#highest = Math.max(this.#highest, id);
  }

  #freeSlot(hash: number): number {
    const mask = this.#slots.length - 1;
    let slot = hash & mask;
    while ((this.#slots[slot] ?? -1) >= 0) slot = (slot + 1) & mask;
    return slot;
  }

  #growSlots(): void {
    const before = this.#slots;
    this.#slots = new Int32Array(before.length * 2).fill(-1);
    for (const id of before) {
      if (id < 0) continue;
      const hash = hashOfBytes(this.#bytes, this.#places[2 * id] ?? 0, this.#places[2 * id + 1] ?? 0);
      this.#slots[this.#freeSlot(hash)] = id;
    }
  }
}

function grown<T extends Uint8Array | Int32Array>(array: T, make: new (length: number) => T): T {
  const longer = new make(array.length * 2);
  longer.set(array);
  return longer;
}
