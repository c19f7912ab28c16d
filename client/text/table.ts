import Table from 'cli-table3';

/** A compact table without colours. @param right - indexes of the columns that are right-aligned. */
export function newTable(head: readonly string[], right: readonly number[] = []): Table.Table {
  return new Table({
    head: [...head],
    style: { head: [], border: [], compact: true },
    colAligns: head.map((_, column) => (right.includes(column) ? 'right' : 'left')),
  });
}
