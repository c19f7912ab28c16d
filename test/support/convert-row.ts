import { canonicalLine } from '../../core/convert/conversation/canonical-line.js';
import { conversionRules } from '../../core/convert/conversion-rules.js';
import { layoutOf } from '../../core/convert/layout.js';
import { createRowConverter, type Converted } from '../../core/convert/row-converter.js';
import type { Source, SourceFormat } from '../../core/recipe.js';

/** Keys of a source that decide how its rows are converted. */
export type ConversionOptions = Partial<Pick<Source, 'fields' | 'roles' | 'filter' | 'ignore' | 'reasoning'>>;

/** A row as conversion leaves it: its line and what is counted, or why there is none. */
export type RowResult = ({ readonly line: string } & Converted['facts']) | string;

/** Converts one row, given as a value or as its JSON. */
export function convertRow(
  format: SourceFormat,
  row: object | string,
  options: ConversionOptions = {},
): RowResult {
  const text = typeof row === 'string' ? row : JSON.stringify(row);
  const rules = conversionRules(options, layoutOf(format, options.fields));
  const outcome = createRowConverter(rules)(JSON.parse(text), () => text);
  return typeof outcome === 'string'
    ? outcome
    : { line: canonicalLine(outcome.conversation), ...outcome.facts };
}

/** The messages and tools of a row's line, or why there is none. */
export function convertedRow(
  format: SourceFormat,
  row: object | string,
  options: ConversionOptions = {},
): unknown {
  const result = convertRow(format, row, options);
  return typeof result === 'string' ? result : (JSON.parse(result.line) as unknown);
}
