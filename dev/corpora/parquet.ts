import type { SchemaElement } from 'hyparquet';
import { parquetWriteBuffer } from 'hyparquet-writer';

/**
 * A column and what is below it, in the preorder of a Parquet schema. All are nullable, as pyarrow
 * writes them.
 */
export type Column = readonly SchemaElement[];

const leaf =
  (type: Pick<SchemaElement, 'type' | 'converted_type'>) =>
  (name: string): Column => [{ name, repetition_type: 'OPTIONAL', ...type }];

export const text = leaf({ type: 'BYTE_ARRAY', converted_type: 'UTF8' });
export const int64 = leaf({ type: 'INT64' });
export const float64 = leaf({ type: 'DOUBLE' });
export const bool = leaf({ type: 'BOOLEAN' });

export function struct(name: string, ...fields: readonly Column[]): Column {
  return [{ name, repetition_type: 'OPTIONAL', num_children: fields.length }, ...fields.flat()];
}

/** The three levels that the format prescribes for lists; `element` makes the inner column from its name. */
export function list(name: string, element: (name: string) => Column): Column {
  return [
    { name, repetition_type: 'OPTIONAL', converted_type: 'LIST', num_children: 1 },
    { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
    ...element('element'),
  ];
}

/**
 * A Parquet file (Snappy) of `rows`, cut into row groups of `rowGroupSize` rows. Equal input gives equal
 * bytes.
 */
export function parquetFile(
  rows: readonly object[],
  columns: readonly Column[],
  rowGroupSize: number,
): Uint8Array {
  const names = columns.map((column) => column[0]?.name ?? '');
  const records = rows.map((row) => new Map(Object.entries(row)));
  return new Uint8Array(
    parquetWriteBuffer({
      columnData: names.map((name) => ({
        name,
        data: records.map((record): unknown => record.get(name) ?? null),
      })),
      schema: [{ name: 'schema', num_children: columns.length }, ...columns.flat()],
      rowGroupSize,
      createdBy: 'headrace dev/corpora',
    }),
  );
}
