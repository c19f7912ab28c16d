import type { ConversionRules } from '../../core/convert/conversion-rules.js';
import { countedNonFinite } from '../../core/convert/findings/counts.js';
import { FactTally } from '../../core/convert/findings/fact-tally.js';
import { compileFilter } from '../../core/convert/filter.js';
import { keyUses } from '../../core/convert/keys/key-uses.js';
import { isObject, messageListOf } from '../../core/convert/layout.js';
import { readAsOf, type SourceFindings } from '../../core/convert/findings/source-findings.js';
import { dayOf } from '../../core/day.js';
import type { Source, Train } from '../../core/recipe.js';
import { baseModelOf } from '../../core/training/models/base-models.js';
import { chosenRenderer } from '../../core/training/models/chosen-renderer.js';
import { exampleRules } from '../../core/training/example-rules.js';
import { forecastTraining, type TrainingForecast } from '../../core/training/forecast.js';
import type { PreviewedRow } from './previewed-rows.js';

/** What the first rows of a source show about a run. */
export interface HeadFindings {
  /** How many rows; where a row is a turn, dialogues. */
  readonly rows: number;
  /** Of the rows that are converted. */
  readonly findings: SourceFindings;
  /** Columns, and keys of messages as `messages[].id`, that are neither read nor counted. */
  readonly otherNames: readonly string[];
  /** What the training would leave untrained of the rows. `null` for a data job. */
  readonly training: TrainingForecast | null;
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
    training: train === undefined ? null : forecastOf(rows, train),
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

function forecastOf(rows: readonly PreviewedRow[], train: Train): TrainingForecast | null {
  // A training without a renderer is an error of the recipe, which others find.
  if (train.renderer === undefined && baseModelOf(train.base_model) === undefined) return null;
  const renderer = chosenRenderer(train, dayOf(new Date()));
  const conversations = rows.flatMap(({ after }) => (after === null ? [] : [after]));
  return forecastTraining(renderer, exampleRules(train), conversations);
}
