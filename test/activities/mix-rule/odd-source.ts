import { layoutOf, standardColumns } from '../../../core/convert/layout.js';
import { Source, sourceFormats, type SourceFormat } from '../../../core/recipe.js';
import type { Dice } from '../../support/dice.js';
import type { OddJson } from './odd-json.js';
import { oddRow, optionalNames, otherColumns } from './odd-row.js';

/** A source of odd rows: its part of a recipe, and its rows. */
export interface OddSource {
  readonly source: Source;
  /** Of every column that the format has, its name in the files. */
  readonly columns: Readonly<Record<string, string>>;
  readonly rows: readonly ReadonlyMap<string, OddJson>[];
}

export function oddSource(dice: Dice, name: string, files: readonly string[], count: number): OddSource {
  const format = dice.pick(sourceFormats);
  const fields = randomFields(dice, format);
  const layout = layoutOf(format, fields);
  const columns = Object.fromEntries(
    standardColumns[format].map((column) => [column, fields[column] ?? column]),
  );
  const needed = new Set([...Object.values(columns), ...Object.values(fields)]);
  const ignore = [
    ...Object.values(optionalNames).flat(),
    ...otherColumns,
    'name',
    'tool_call_id',
    'text',
  ].filter((column) => !needed.has(column) && dice.chance(0.05));
  const source = Source.parse({
    name,
    files: [...files],
    format,
    ...(Object.keys(fields).length > 0 ? { fields } : {}),
    ...(dice.chance(0.25) && ignore.length > 0 ? { ignore } : {}),
    ...(dice.chance(0.25) ? { reasoning: dice.pick(['inline', 'field']) } : {}),
    ...(dice.chance(0.2)
      ? {
          roles: {
            Narrator: 'assistant',
            'Use-Tool': 'tool_call',
            env: 'tool',
            tool: dice.pick(['user', 'tool']),
          },
        }
      : {}),
    ...(dice.chance(0.2)
      ? { filter: dice.pick([{ lang: 'en' }, { label: [true, 1, 'q'] }, { context: { matches: '^[qa]' } }]) }
      : {}),
    max_reject_fraction: 1,
  });
  const rows: ReadonlyMap<string, OddJson>[] = [];
  while (rows.length < count)
    rows.push(rows.length > 0 && dice.chance(0.05) ? dice.pick(rows) : oddRow(dice, layout));
  return { source, columns, rows };
}

/** Some columns of the format, and some of the optional ones, by other names. */
function randomFields(dice: Dice, format: SourceFormat): Readonly<Record<string, string>> {
  const fields: Record<string, string> = {};
  for (const column of standardColumns[format]) if (dice.chance(0.06)) fields[column] = `my_${column}`;
  if (format === 'prosocial') return fields;
  for (const column of Object.keys(optionalNames))
    if (dice.chance(0.07))
      fields[column] = dice.pick([`my_${column}`, column === 'weight' ? 'keep' : 'thought']);
  if (new Set(Object.values(fields)).size < Object.keys(fields).length) return {};
  return fields;
}
