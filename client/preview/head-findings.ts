import type { ConversionRules } from '../../core/convert/conversion-rules.js';
import { countedNonFinite } from '../../core/convert/findings/counts.js';
import { FactTally } from '../../core/convert/findings/fact-tally.js';
import { compileFilter } from '../../core/convert/filter.js';
import { keyUses } from '../../core/convert/keys/key-uses.js';
import { isObject, messageListOf } from '../../core/convert/layout.js';
import { readAsOf, type SourceFindings } from '../../core/convert/findings/source-findings.js';
import type { Source, Train } from '../../core/recipe.js';
import { baseModelOf } from '../../core/training/base-models.js';
import { forecastRefusals, type ForecastRefusal } from '../../core/training/refusal-forecast.js';
import type { PreviewedRow } from './previewed-rows.js';

/** What the first rows of a source show about a run. */
export interface HeadFindings {
  /** How many rows; where a row is a turn, dialogues. */
  readonly rows: number;
  /** Of the rows that are converted. */
  readonly findings: SourceFindings;
  /** Columns, and keys of messages as `messages[].id`, that are neither read nor counted. */
  readonly otherNames: readonly string[];
  /** Rows that the training would refuse, by reason. Empty for a data job. */
  readonly refusals: readonly ForecastRefusal[];
}

interface SeenInHead {
  /** All columns of the file, or the keys that were seen. */
  readonly columns: readonly string[];
  /** Rows as they were parsed, for the keys of their messages. */
  readonly values: readonly unknown[];
  /** Rows with numbers that are not finite. */
  readonly nonFinite: number;
}

/** What the rows of a head show. */
export function headFindings(
  name: Source['name'],
  rules: ConversionRules,
  rows: readonly PreviewedRow[],
  { columns, values, nonFinite }: SeenInHead,
  train: Train | undefined,
): HeadFindings {
  const tally = new FactTally();
  const all = rows.flatMap(({ facts }) => (facts === null ? [] : [facts]));
  for (const facts of all) tally.add(facts);
  return {
    rows: rows.length,
    findings: {
      name,
      ...readAsOf(rules),
      converted: all.length,
      ...tally.counts,
      ...countedNonFinite(nonFinite),
    },
    otherNames: otherNames(rules, columns, values),
    refusals: train === undefined ? [] : refusalsOf(rows, train),
  };
}

/** Names that are used for nothing: not by the format, the filter, `ignore` or the counts. */
function otherNames(
  rules: ConversionRules,
  columns: readonly string[],
  values: readonly unknown[],
): readonly string[] {
  const uses = keyUses(rules);
  const named = new Set([...compileFilter(rules.filter, rules.layout).columns, ...(rules.ignore ?? [])]);
  const list = messageListOf(rules.layout)?.list;
  const messages = list === undefined ? [] : values.flatMap((row) => (isObject(row) ? row[list] : []));
  const keys = new Set(messages.filter(isObject).flatMap((message) => Object.keys(message)));
  return [
    ...columns.filter((column) => uses.row(column) === 'nothing' && !named.has(column)),
    ...[...keys]
      .filter((key) => uses.message(key) === 'nothing' && !named.has(key))
      .map((key) => `${list}[].${key}`),
  ];
}

function refusalsOf(rows: readonly PreviewedRow[], train: Train): readonly ForecastRefusal[] {
  const renderer = train.renderer ?? baseModelOf(train.base_model)?.renderers[0];
  // A training without a renderer is an error of the recipe, which others find.
  if (renderer === undefined) return [];
  const conversations = rows.flatMap(({ after }) => (after === null ? [] : [after]));
  return forecastRefusals(renderer, train.train_on, conversations);
}
