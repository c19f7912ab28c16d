const wasmPageBytes = 65_536;
/** Rooms are multiples of this, so that most of them fit a later request, too. */
const roomBytes = 1024 * 1024;

/**
 * Reusable memory that threads share. It is WebAssembly memory, the only memory in JavaScript whose address
 * is a multiple of a page.
 */
export class SharedRooms {
  readonly #spare: SharedArrayBuffer[] = [];

  /** Returns at least so many bytes, of any content. */
  take(bytes: number): SharedArrayBuffer {
    const spare = this.#spare.pop();
    return spare !== undefined && spare.byteLength >= bytes ? spare : allocated(bytes);
  }

  giveBack(room: SharedArrayBuffer): void {
    this.#spare.push(room);
  }
}

function allocated(bytes: number): SharedArrayBuffer {
  const pages = (Math.ceil(bytes / roomBytes) * roomBytes) / wasmPageBytes;
  const { buffer } = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
  if (buffer instanceof SharedArrayBuffer) return buffer;
  throw new Error('Shared memory of WebAssembly is no SharedArrayBuffer');
}
