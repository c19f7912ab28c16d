import { cellCount } from '../../../core/mix/shuffle-sizes.js';
import { sortedOrder } from '../../../files/sorted-order.js';
import { cellOf } from '../../convert/output/cell-table.js';
import { selectionKeyBytes, selectionTableBytes } from '../format/mix-count.js';
import { mixEntryAt } from '../format/mix-entry.js';

/** Collects the selection keys of one list. Memory: 16 bytes a key, 32 while they are sorted. */
export class SelectionKeys {
  #keys = Buffer.allocUnsafeSlow(0);
  #count = 0;

  add(entry: Buffer): void {
    const at = this.#count * selectionKeyBytes;
    if (at === this.#keys.length) {
      const grown = Buffer.allocUnsafeSlow(Math.max(1024 * selectionKeyBytes, 2 * at));
      this.#keys.copy(grown);
      this.#keys = grown;
    }
    entry.copy(this.#keys, at, mixEntryAt.selection, mixEntryAt.selection + selectionKeyBytes);
    this.#count += 1;
  }

  /** The keys in ascending order, and how many of them each cell has. */
  sorted(): { readonly table: Buffer; readonly keys: Buffer } {
    const [bytes, count] = [this.#keys, this.#count];
    const order = sortedOrder({ bytes, entryBytes: selectionKeyBytes, keyAt: 0, count }, (a, b) => {
      const [left, right] = [a * selectionKeyBytes, b * selectionKeyBytes];
      return bytes.compare(bytes, right, right + selectionKeyBytes, left, left + selectionKeyBytes);
    });
    const table = Buffer.alloc(selectionTableBytes);
    const cells = new Uint32Array(cellCount);
    const keys = Buffer.allocUnsafeSlow(count * selectionKeyBytes);
    for (const [place, key] of order.entries()) {
      const at = key * selectionKeyBytes;
      bytes.copy(keys, place * selectionKeyBytes, at, at + selectionKeyBytes);
      const cell = cellOf(bytes, at);
      cells[cell] = (cells[cell] ?? 0) + 1;
    }
    for (const [cell, rows] of cells.entries()) table.writeUInt32LE(rows, cell * 4);
    return { table, keys };
  }
}
