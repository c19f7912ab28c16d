import { messageListOf, type Layout } from '../../../core/convert/layout.js';
import type { Dice } from '../../support/dice.js';
import { object, Spelling, type Members, type OddJson } from './odd-json.js';
import { oddCalls } from './odd-calls.js';
import { oddMessages, type MessageKeys } from './odd-message.js';
import { maybeText, mutated, someDepths, someJunk, someNumber, someObject, someText } from './odd-values.js';

/** What is read beside the columns of the formats, from which names. */
export const optionalNames = {
  system: ['system', 'system_prompt'],
  tools: ['tools', 'functions'],
  history: ['history'],
  reasoning: ['reasoning_content', 'reasoning', 'thinking'],
  tool_calls: ['tool_calls', 'function_call'],
  weight: ['weight', 'loss', 'train', 'trainable', 'loss_mask', 'loss_weight', 'loss_scale'],
};
/** Names of columns, most of which look like part of a conversation. */
export const otherColumns = [
  'prompt,Complex_CoT,context,label,weight,Image,images,answer-1,Thoughts,documents,query,chosen,reasoning,tool_calls',
  'function_call,id,source,chat_template_kwargs,mask,instruction,response,custom instructions,naïve,prompté,train',
  'history,persona,thinking',
].flatMap((names) => names.split(','));

function namesOf(layout: Layout, what: keyof typeof optionalNames): readonly string[] {
  const named = layout.columns[what];
  return named === undefined ? optionalNames[what] : [named, named, ...optionalNames[what]];
}

/** A row of a format, often with something odd in it. */
export function oddRow(dice: Dice, layout: Layout): ReadonlyMap<string, OddJson> {
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
    ...(dice.chance(0.2) ? { [pick('tool_calls')]: maybeText(dice, oddCalls(dice), 0.5) } : {}),
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
      ...(dice.chance(0.7) ? { parameters: parameters(dice) } : {}),
    });
    if (dice.chance(0.4)) return described;
    const type = dice.pick<OddJson>(['function', 'function', 'function', null, 'retrieval']);
    return object({ type, function: maybeText(dice, described, 0.1) });
  };
  return Array.from({ length: dice.chance(0.1) ? 0 : 1 + dice.below(2) }, () =>
    maybeText(dice, tool(), 0.05),
  );
}

function parameters(dice: Dice): OddJson {
  if (dice.chance(0.1)) return dice.chance(0.3) ? someDepths(dice) : someJunk(dice);
  return maybeText(dice, someObject(dice), 0.3);
}
