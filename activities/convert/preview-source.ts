import { createDialogueConverter, dialogueRowReader, type DialogueRow } from '../../core/convert/dialogue.js';
import { compileFilter } from '../../core/convert/filter.js';
import { isGrouped, isObject } from '../../core/convert/layout.js';
import { createRowConverter, type ConversionRules, type Outcome } from '../../core/convert/row-converter.js';
import type { Source } from '../../core/recipe.js';
import { detectSource } from './plan-pieces.js';
import type { Preview, PreviewedRow } from './preview-rows.js';
import type { InputFile } from './read/open-file.js';
import { sampleRows, type SampledRow } from './sample-rows.js';

export interface PreviewSourceInput {
  readonly source: Source;
  readonly files: readonly InputFile[];
  readonly rows: number;
  readonly scratch: string;
}

/** Converts the first rows of a source for people to look at. A job for a thread. */
export async function previewSource(input: PreviewSourceInput): Promise<Preview> {
  const { source, files } = input;
  const { layout, reason } = await detectSource(input);
  const rules: ConversionRules = {
    layout,
    ...(source.roles === undefined ? {} : { roles: source.roles }),
    ...(source.filter === undefined ? {} : { filter: source.filter }),
  };
  const { rows } = await sampleRows({ files, rows: input.rows, scratch: input.scratch, withBad: true });
  const nameOf = (row: SampledRow): string => files[row.file]?.name ?? '';
  const show = (row: SampledRow, before: unknown, outcome: Outcome): PreviewedRow => ({
    file: nameOf(row),
    row: row.row,
    before,
    ...(typeof outcome === 'string' ? { after: null, why: outcome } : { after: outcome, why: null }),
  });
  const convert = isGrouped(layout.format) ? dialogues(rules) : singles(rules);
  return { format: layout.format, formatReason: reason, rows: convert(rows, show) };
}

type Show = (row: SampledRow, before: unknown, outcome: Outcome) => PreviewedRow;
type ShowAll = (rows: readonly SampledRow[], show: Show) => readonly PreviewedRow[];

function singles(rules: ConversionRules): ShowAll {
  const convert = createRowConverter(rules);
  return (rows, show) => rows.map((row) => show(row, row.value, row.bad ?? convert(row.value)));
}

function dialogues(rules: ConversionRules): ShowAll {
  const read = dialogueRowReader(rules.layout, compileFilter(rules.filter, rules.layout).columns);
  const convert = createDialogueConverter(rules);
  return (rows, show) => {
    const shown: PreviewedRow[] = [];
    const byId = new Map<number, { readonly sampled: SampledRow[]; readonly turns: DialogueRow[] }>();
    for (const row of rows) {
      const turn = isObject(row.value) ? read(row.value) : undefined;
      if (turn === undefined) {
        shown.push(show(row, row.value, row.bad ?? 'no_messages'));
        continue;
      }
      const dialogue = byId.get(turn.dialogueId) ?? { sampled: [], turns: [] };
      byId.set(turn.dialogueId, dialogue);
      dialogue.sampled.push(row);
      dialogue.turns.push(turn);
    }
    for (const { sampled, turns } of byId.values()) {
      const [first] = sampled;
      if (first === undefined) continue;
      const before = sampled.map(({ value }) => value);
      shown.push(show(first, before, convert(turns).outcome));
    }
    return shown;
  };
}
