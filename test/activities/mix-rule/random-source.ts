import { layoutOf, standardColumns } from '../../../core/convert/layout.js';
import { defined } from '../../../core/defined.js';
import { sourceFormats, type FilterCondition, type SourceFormat } from '../../../core/recipe.js';
import type { Dice } from '../../support/dice.js';

export type Row = Readonly<Record<string, unknown>>;
export interface RandomSource {
  readonly name: string;
  readonly format: SourceFormat;
  readonly fields?: Readonly<Record<string, string>>;
  readonly columns: Readonly<Record<string, string>>;
  readonly roles?: Readonly<Record<string, 'user' | 'assistant' | 'system'>>;
  readonly filter?: Readonly<Record<string, FilterCondition>>;
  readonly rows: readonly Row[];
}

const words = [
  'hi',
  'Hello there',
  'ünï',
  '日本',
  'a\u2028b',
  'tab\there',
  'q"\\/',
  '\u0001',
  '😀',
  'x\ny',
  '\u007f',
];
const blanks = ['', ' ', '\u0085', '\u3000\uFEFF', '\t\r\n', '\u200b', '\u001c', '\u180e', '\u2003'];
const roleNames = ['user', 'assistant', 'human', 'gpt', 'Human', 'GPT', 'bot', 'MODEL', 'system'];

/** @param clean - without what a typed column cannot hold: for parquet. */
export function randomSource(dice: Dice, name: string, clean: boolean): RandomSource {
  const format = dice.pick(sourceFormats);
  const renamed = dice.chance(0.3) ? dice.pick(standardColumns[format]) : undefined;
  const fields = renamed === undefined ? undefined : { [renamed]: `my_${renamed}` };
  const { columns } = layoutOf(format, fields);
  const filter = dice.chance(0.4) ? randomFilter(dice, format) : undefined;
  const row = (): Row => ({
    ...randomRow(dice, format, columns, clean),
    ...(dice.chance(0.9)
      ? { lang: dice.pick(clean ? ['en', 'es', null] : ['en', 'es', 'en', null, 1, '1', true]) }
      : {}),
    ...(dice.chance(0.9)
      ? { score: dice.pick(clean ? [0, 1.5, 3, null] : [0, 1, 2.5, -3, '2', null, 3]) }
      : {}),
    ...(dice.chance(0.9) ? { flag: dice.pick([true, false, null]) } : {}),
  });
  const rows: Row[] = [];
  for (let left = 1 + dice.below(45); left > 0; left -= 1)
    rows.push(rows.length > 0 && dice.chance(0.1) ? dice.pick(rows) : row());
  return {
    name,
    format,
    columns,
    ...defined({ fields }),
    ...(dice.chance(0.2) ? { roles: { Tool: 'system' as const, narrator: 'assistant' as const } } : {}),
    ...defined({ filter }),
    rows,
  };
}

function randomFilter(dice: Dice, format: SourceFormat): Record<string, FilterCondition> {
  const conditions: Record<string, FilterCondition>[] = [
    { lang: 'en' },
    { lang: ['en', 1] },
    { lang: { matches: '^e|1' } },
    { score: { min: 0, max: 2.5 } },
    { score: { min: 1 } },
    { flag: false },
    { flag: [true, false], lang: ['en', 'es'] },
  ];
  if (format === 'lmsys') conditions.push({ flagged: false }, { flagged: false, lang: 'en' });
  return dice.pick(conditions);
}

/** One of a few exchanges that all formats and sources share, so that there are duplicates. */
function commonTexts(dice: Dice): readonly [string, string] {
  const number = dice.below(12);
  return [`common question ${number}`, `common answer ${number}`];
}

function randomText(dice: Dice, clean: boolean): unknown {
  if (dice.chance(0.03)) return dice.pick(blanks);
  if (dice.chance(0.02)) return clean ? null : dice.pick([null, 5, true, ['x'], { a: 1 }]);
  if (!clean && dice.chance(0.01)) return dice.pick(['a\ud800', '\udc00b', 'x\ud83dy']);
  return `${dice.pick(words)} ${dice.below(9)}`;
}

function randomMessages(dice: Dice, role: string, content: string, clean: boolean): unknown {
  if (dice.chance(0.2)) {
    const [question, answer] = commonTexts(dice);
    return [
      { [role]: 'user', [content]: question },
      { [role]: 'assistant', [content]: answer },
    ];
  }
  if (dice.chance(0.03))
    return clean ? dice.pick([null, []]) : dice.pick([null, [], 'text', {}, [1], [null], [[]], 7]);
  const message = (name: unknown): Row => ({
    ...(dice.chance(0.5)
      ? { [role]: name, [content]: randomText(dice, clean) }
      : { [content]: randomText(dice, clean), [role]: name }),
    ...(!clean && dice.chance(0.1) ? { extra: dice.below(5) } : {}),
  });
  const list: Row[] = dice.chance(0.2) ? [message('system')] : [];
  const turns = 1 + dice.below(3);
  for (let turn = 0; turn < turns; turn += 1) {
    list.push(message(dice.chance(0.8) ? 'user' : dice.pick(roleNames)));
    if (dice.chance(0.93)) list.push(message(dice.chance(0.8) ? 'assistant' : dice.pick(roleNames)));
  }
  if (dice.chance(0.04))
    list.push(message(dice.pick(clean ? ['Tool', null, 'assist'] : ['tool', 'narrator', null, 3, 'assist'])));
  if (!clean && dice.chance(0.02)) return [...list, null];
  return list;
}

function randomRow(
  dice: Dice,
  format: SourceFormat,
  columns: Readonly<Record<string, string>>,
  clean: boolean,
): Row {
  const at = (name: string): string => columns[name] ?? name;
  const text = (name: string): Row => (dice.chance(0.98) ? { [at(name)]: randomText(dice, clean) } : {});
  const [question, answer] = commonTexts(dice);
  const isCommon = dice.chance(0.2);
  switch (format) {
    case 'messages':
      return { [at('messages')]: randomMessages(dice, at('role'), at('content'), clean), id: dice.below(9) };
    case 'lmsys': {
      const flagged = (): Row => ({ flagged: dice.chance(0.2), categories: { hate: false } });
      const moderation =
        clean || dice.chance(0.9) ? [flagged(), flagged()] : dice.pick([null, 'x', [1, flagged()], []]);
      return {
        [at('conversation')]: randomMessages(dice, at('role'), at('content'), clean),
        [at('openai_moderation')]: moderation,
      };
    }
    case 'magpie':
    case 'sharegpt':
      return { uuid: 'u', [at('conversations')]: randomMessages(dice, at('from'), at('value'), clean) };
    case 'alpaca':
      if (isCommon) return { [at('instruction')]: question, [at('output')]: answer };
      return {
        ...text('instruction'),
        ...(dice.chance(0.6)
          ? { [at('input')]: dice.chance(0.4) ? dice.pick(blanks) : randomText(dice, clean) }
          : {}),
        ...text('output'),
      };
    case 'prompt-response':
      if (isCommon) return { [at('prompt')]: question, [at('response')]: answer };
      return { ...text('prompt'), ...text('response') };
    case 'prosocial': {
      if (isCommon)
        return {
          [at('context')]: question,
          [at('response')]: answer,
          [at('dialogue_id')]: 100 + dice.below(30),
          [at('response_id')]: 0,
        };
      const id = dice.below(8);
      const number = dice.below(4);
      const odd = clean ? null : dice.pick([null, '1', 1.5, true]);
      const turn = dice.chance(0.8) ? `turn ${id}.${number}` : randomText(dice, clean);
      return {
        [at('context')]: turn,
        [at('response')]: dice.chance(0.9) ? `answer ${id}.${number}` : randomText(dice, clean),
        ...(dice.chance(0.97) ? { [at('dialogue_id')]: dice.chance(0.98) ? id : odd } : {}),
        [at('response_id')]: dice.chance(0.98) ? number : odd,
        [at('episode_done')]: dice.pick([true, false, false, null]),
      };
    }
  }
}
