import { layoutOf, messageListOf, standardColumns, type Layout } from '../../../core/convert/layout.js';
import { Source, sourceFormats, type SourceFormat } from '../../../core/recipe.js';
import type { Dice } from '../../support/dice.js';
import { object, Spelling, type Members, type OddJson } from './odd-json.js';
import { calls, oddMessages, type MessageKeys } from './odd-message.js';
import { maybeText, mutated, someJunk, someNumber, someObject, someText } from './odd-values.js';

/** A source of odd rows: its part of a recipe, and its rows. */
export interface OddSource {
  readonly source: Source;
  /** Of every column that the format has, its name in the files. */
  readonly columns: Readonly<Record<string, string>>;
  readonly rows: readonly ReadonlyMap<string, OddJson>[];
}

const optionalNames = {
  system: ['system', 'system_prompt'],
  tools: ['tools', 'functions'],
  history: ['history'],
  reasoning: ['reasoning_content', 'reasoning', 'thinking'],
  tool_calls: ['tool_calls', 'function_call'],
  weight: ['weight', 'loss', 'train', 'trainable', 'loss_mask', 'loss_weight', 'loss_scale'],
};
const otherColumns = [
  ...[
    'prompt',
    'Complex_CoT',
    'context',
    'label',
    'weight',
    'Image',
    'images',
    'answer-1',
    'Thoughts',
    'documents',
  ],
  ...[
    'query',
    'chosen',
    'reasoning',
    'tool_calls',
    'function_call',
    'id',
    'source',
    'chat_template_kwargs',
    'mask',
  ],
  ...['instruction', 'response', 'custom instructions', 'naïve', 'prompté', 'train', 'history', 'persona'],
];

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
  const rows = Array.from({ length: count }, () => oddRow(dice, layout));
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

function namesOf(layout: Layout, what: keyof typeof optionalNames): readonly string[] {
  const named = layout.columns[what];
  return named === undefined ? optionalNames[what] : [named, named, ...optionalNames[what]];
}

function oddRow(dice: Dice, layout: Layout): ReadonlyMap<string, OddJson> {
  const pick = (what: keyof typeof optionalNames): string => dice.pick(namesOf(layout, what));
  const optional: Record<string, OddJson> = {};
  if (dice.chance(0.2)) optional[pick('system')] = dice.chance(0.9) ? someText(dice) : someJunk(dice);
  if (dice.chance(0.2))
    optional[pick('tools')] = dice.chance(0.9) ? maybeText(dice, tools(dice), 0.4) : someJunk(dice);
  if (dice.chance(0.15)) optional[dice.pick(otherColumns)] = someJunk(dice);
  if (dice.chance(0.1))
    optional[dice.pick(otherColumns)] = dice.chance(0.3) ? someNumber(dice) : someText(dice);
  if (dice.chance(0.9)) optional['lang'] = dice.chance(0.8) ? 'en' : someJunk(dice);
  if (dice.chance(0.3)) optional['label'] = dice.pick<OddJson>([true, false, 'q', new Spelling('1.0')]);
  if (dice.chance(0.3)) optional['context'] = dice.pick<OddJson>(['q', 'a', 'other', null]);
  const members = Object.entries({ ...optional, ...formatColumns(dice, layout, pick) });
  if (dice.chance(0.4)) members.unshift(...members.splice(dice.below(members.length)));
  let row = object(Object.fromEntries(members));
  if (dice.chance(0.25)) {
    const name = dice.pick([...row.keys()]);
    row = new Map([...row, [name, mutated(dice, row.get(name) ?? null)]]);
  }
  return row;
}

function formatColumns(
  dice: Dice,
  layout: Layout,
  pick: (what: keyof typeof optionalNames) => string,
): Members {
  const at = (column: string): string => layout.columns[column] ?? column;
  const keys = (role: string, content: string): MessageKeys => ({
    role,
    content,
    reasoning: namesOf(layout, 'reasoning'),
    calls: namesOf(layout, 'tool_calls'),
    weights: namesOf(layout, 'weight'),
    roles: ['Narrator', 'use tool', 'env'],
  });
  const list = messageListOf(layout);
  if (list !== undefined)
    return {
      [list.list]: maybeText(dice, oddMessages(dice, keys(list.role, list.content)), 0.08),
      ...(layout.format === 'magpie' ? { instruction: 'q', response: 'other' } : {}),
      ...(dice.chance(0.03) ? { history: [['q', 'a']] } : {}),
    };
  if (layout.format === 'prosocial')
    return {
      [at('context')]: someText(dice),
      [at('response')]: someText(dice),
      [at('dialogue_id')]: new Spelling(String(dice.below(12))),
      [at('response_id')]: new Spelling(dice.pick(['0', '1', '2', '1.0'])),
      [at('episode_done')]: dice.chance(0.4),
    };
  const beside: Members = {
    ...(dice.chance(0.25) ? { [pick('history')]: maybeText(dice, history(dice)) } : {}),
    ...(dice.chance(0.25)
      ? { [pick('reasoning')]: dice.chance(0.9) ? dice.pick(['r', ' r\n', 'other']) : someJunk(dice) }
      : {}),
    ...(dice.chance(0.2) ? { [pick('tool_calls')]: maybeText(dice, calls(dice), 0.5) } : {}),
  };
  if (layout.format === 'alpaca')
    return {
      [at('instruction')]: someText(dice),
      ...(dice.chance(0.6)
        ? { [at('input')]: dice.chance(0.7) ? someText(dice) : dice.pick(['', ' ', null]) }
        : {}),
      ...(dice.chance(0.9) ? { [at('output')]: someText(dice) } : {}),
      ...beside,
    };
  const listed = (): OddJson => oddMessages(dice, keys('role', 'content'));
  return {
    [at('prompt')]: dice.chance(0.4) ? listed() : someText(dice),
    ...(dice.chance(0.9) ? { [at('response')]: dice.chance(0.3) ? listed() : someText(dice) } : {}),
    ...beside,
  };
}

function history(dice: Dice): OddJson {
  const pair = (): OddJson =>
    dice.chance(0.93) ? [someText(dice), someText(dice)] : [someJunk(dice), 'a', 'b'].slice(dice.below(3));
  return Array.from({ length: dice.below(3) }, pair);
}

function tools(dice: Dice): OddJson {
  const tool = (): OddJson => {
    const described = object({
      name: dice.chance(0.97) ? dice.pick(['w', 'v']) : someJunk(dice),
      ...(dice.chance(0.3) ? { description: someText(dice) } : {}),
      ...(dice.chance(0.7)
        ? { parameters: maybeText(dice, dice.chance(0.9) ? someObject(dice) : someJunk(dice), 0.3) }
        : {}),
    });
    if (dice.chance(0.4)) return described;
    const type = dice.pick<OddJson>(['function', 'function', 'function', null, 'retrieval']);
    return object({ type, function: maybeText(dice, described, 0.1) });
  };
  return Array.from({ length: dice.chance(0.1) ? 0 : 1 + dice.below(2) }, () =>
    maybeText(dice, tool(), 0.05),
  );
}
