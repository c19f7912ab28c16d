import type { SourceCounts } from '../../contracts/conversion.js';
import { defined } from '../../defined.js';
import type { SourceFormat } from '../../recipe/choices.js';
import type { ConversionRules } from '../conversion-rules.js';

/** How the rows of a source were read. */
export interface ReadAs {
  readonly format: SourceFormat;
  /** Standard name → name in the files. */
  readonly columns: Readonly<Record<string, string>>;
  /** `ignore` of the recipe. */
  readonly ignore?: readonly string[];
}

/** How rows are read under `rules`. */
export function readAsOf({ layout, ignore }: ConversionRules): ReadAs {
  return { ...layout, ...defined({ ignore }) };
}

/**
 * Counts of what a source holds beside roles and contents, and of what conversion left out of it.
 */
export type Findings = Pick<
  SourceCounts,
  'nonFinite' | 'converted' | 'unread' | 'blankSystem' | 'trailing' | 'holds'
>;

/** The findings of one source, and how it was read. */
export interface SourceFindings extends Findings, ReadAs {
  readonly name: string;
}

/** The findings of what has other members, too. */
export function findingsOf(source: SourceFindings): SourceFindings {
  const { name, format, columns, converted, unread, blankSystem, trailing, holds } = source;
  const { ignore, nonFinite } = source;
  return {
    name,
    format,
    columns,
    converted,
    unread,
    blankSystem,
    trailing,
    holds,
    ...defined({ ignore, nonFinite }),
  };
}
