/** Numbers a slot: hash, id, and where the bytes begin and end. A free slot has the end 0. */
const [width, idAt, fromAt, toAt] = [4, 1, 2, 3];

/** The tokens of a vocabulary, as bytes. Ids may have gaps. */
export class Vocabulary {
  /** The bytes of all tokens. The first place is free, since the end 0 means none. */
  #bytes = new Uint8Array(1 << 20);
  #length = 1;
  /** Tokens by the hash of their bytes, with open addressing. */
  #slots = new Int32Array(width << 18);
  #count = 0;
  /** Where the bytes of each id begin and end. */
  #places = new Int32Array(1 << 18);
  #highest = -1;

  get highestId(): number {
    return this.#highest;
  }

  /**
   * Adds a token.
   *
   * @returns false where the id or the bytes are there already, or there are no bytes.
   */
  add(id: number, bytes: Uint8Array, from = 0, to = bytes.length): boolean {
    if (to === from || this.#hasId(id)) return false;
    if ((this.#count + 1) * 2 * width > this.#slots.length) this.#growSlots();
    const hash = hashOf(bytes, from, to);
    const slot = this.#slotOf(hash, bytes, from, to);
    if (this.#slots[slot + toAt] !== 0) return false;
    this.#write(id, bytes, from, to);
    this.#fill(slot, hash, id);
    this.#count += 1;
    return true;
  }

  /** The id of bytes, or −1. */
  find(bytes: Uint8Array, from = 0, to = bytes.length): number {
    const slot = this.#slotOf(hashOf(bytes, from, to), bytes, from, to);
    return this.#slots[slot + toAt] === 0 ? -1 : (this.#slots[slot + idAt] ?? -1);
  }

  /** The bytes of an id; `undefined` where there is none. */
  bytesOf(id: number): Uint8Array | undefined {
    if (!this.#hasId(id)) return undefined;
    return this.#bytes.subarray(this.#places[2 * id], this.#places[2 * id + 1]);
  }

  #hasId(id: number): boolean {
    return (this.#places[2 * id + 1] ?? 0) > 0;
  }

  /** The slot of these bytes, or the free one where they belong. */
  #slotOf(hash: number, bytes: Uint8Array, from: number, to: number): number {
    const slots = this.#slots;
    const mask = slots.length - 1;
    for (let slot = (hash * width) & mask; ; slot = (slot + width) & mask) {
      const end = slots[slot + toAt] ?? 0;
      if (end === 0) return slot;
      const begin = slots[slot + fromAt] ?? 0;
      if (slots[slot] === hash && end - begin === to - from && this.#isAt(begin, bytes, from, to))
        return slot;
    }
  }

  #isAt(begin: number, bytes: Uint8Array, from: number, to: number): boolean {
    for (let at = from; at < to; at += 1) if (this.#bytes[begin + at - from] !== bytes[at]) return false;
    return true;
  }

  #write(id: number, bytes: Uint8Array, from: number, to: number): void {
    while (this.#length + to - from > this.#bytes.length) this.#bytes = grown(this.#bytes, Uint8Array);
    while (2 * id + 1 >= this.#places.length) this.#places = grown(this.#places, Int32Array);
    this.#places[2 * id] = this.#length;
    for (let at = from; at < to; at += 1) this.#bytes[this.#length + at - from] = bytes[at] ?? 0;
    this.#length += to - from;
    this.#places[2 * id + 1] = this.#length;
    this.#highest = Math.max(this.#highest, id);
  }

  #fill(slot: number, hash: number, id: number): void {
    this.#slots[slot] = hash;
    this.#slots[slot + idAt] = id;
    this.#slots[slot + fromAt] = this.#places[2 * id] ?? 0;
    this.#slots[slot + toAt] = this.#places[2 * id + 1] ?? 0;
  }

  #growSlots(): void {
    const before = this.#slots;
    this.#slots = new Int32Array(before.length * 2);
    const mask = this.#slots.length - 1;
    for (let old = 0; old < before.length; old += width) {
      if (before[old + toAt] === 0) continue;
      const hash = before[old] ?? 0;
      let slot = (hash * width) & mask;
      while (this.#slots[slot + toAt] !== 0) slot = (slot + width) & mask;
      this.#fill(slot, hash, before[old + idAt] ?? 0);
    }
  }
}

/** FNV-1a, with the high bits folded in: 28 bits. */
function hashOf(bytes: Uint8Array, from: number, to: number): number {
  let hash = 0x811c9dc5;
  for (let at = from; at < to; at += 1) hash = Math.imul(hash ^ (bytes[at] ?? 0), 0x01000193);
  return (hash ^ (hash >>> 15)) & 0xfffffff;
}

function grown<T extends Uint8Array | Int32Array>(array: T, make: new (length: number) => T): T {
  const longer = new make(array.length * 2);
  longer.set(array);
  return longer;
}
