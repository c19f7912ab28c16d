import type { Dice } from '../../support/dice.js';
import { object, Spelling, type Members, type OddJson } from './odd-json.js';
import { maybeText, someBlank, someJunk, someNumber, someObject, someText } from './odd-values.js';

/** The names of the keys of messages in one source. */
export interface MessageKeys {
  readonly role: string;
  readonly content: string;
  readonly reasoning: readonly string[];
  readonly calls: readonly string[];
  readonly weights: readonly string[];
  /** Further names of roles. */
  readonly roles: readonly string[];
}

const thoughts = ['r', ' r\n', '\nr\n', 'other', '\r\nr', ' '];
const roles = {
  user: ['user', 'user', 'human', 'User', 'HUMAN'],
  assistant: ['assistant', 'assistant', 'gpt', 'bot', 'Model', 'ASSISTANT'],
  system: ['system', 'system', 'developer', 'System'],
  tool: [
    'tool',
    'function',
    'observation',
    'ipython',
    'tool-response',
    'Tool Result',
    'tool_output',
    'function_result',
  ],
  calls: ['tool_call', 'function_call', 'Tool Call', 'function-call'],
};
const unreadKeys = [
  'train_detail',
  'refusal',
  'prefix',
  'label',
  'mask',
  'Thoughts',
  'text',
  'id',
  'channel',
  'tool_call_id',
  'name',
];
const textTypes = ['text', 'input_text', 'output_text'];
const mediaTypes = [
  'image',
  'image_url',
  'input_audio',
  'video',
  'file',
  'document',
  'audio_url',
  'input_file',
];

/** A conversation of listed messages, in one of the ways in which they are kept. */
export function oddMessages(dice: Dice, keys: MessageKeys): readonly OddJson[] {
  const list: OddJson[] = [];
  if (dice.chance(0.25)) list.push(system(dice, keys));
  for (let turns = 1 + dice.below(3); turns > 0; turns -= 1) {
    list.push(message(dice, keys, 'user', { [keys.content]: words(dice, 'user') }));
    if (dice.chance(0.3)) list.push(...callsAndResults(dice, keys));
    if (dice.chance(0.03)) list.push(system(dice, keys));
    list.push(answer(dice, keys));
  }
  if (dice.chance(0.1)) list.push(message(dice, keys, 'user', { [keys.content]: someText(dice) }));
  return list;
}

function system(dice: Dice, keys: MessageKeys): OddJson {
  const content = dice.chance(0.3) ? someBlank(dice) : words(dice, 'system');
  return message(dice, keys, 'system', { [keys.content]: dice.chance(0.1) ? null : content });
}

function answer(dice: Dice, keys: MessageKeys): OddJson {
  const members: Record<string, OddJson> = { [keys.content]: words(dice, 'assistant') };
  if (dice.chance(0.3)) {
    const thought = dice.pick(thoughts);
    const names = dice.chance(0.2) ? keys.reasoning : [dice.pick(keys.reasoning)];
    for (const name of names)
      members[name] = dice.chance(0.1)
        ? [{ type: 'text', text: thought.slice(0, 1) }, thought.slice(1)].map(asJson)
        : dice.chance(0.8)
          ? thought
          : ` ${thought}`;
  }
  if (dice.chance(0.1)) members[dice.pick(keys.calls)] = maybeText(dice, calls(dice));
  return message(dice, keys, 'assistant', members);
}

/** A message of calls, or messages that are calls, and what the tools give back. */
function callsAndResults(dice: Dice, keys: MessageKeys): readonly OddJson[] {
  const result = (): OddJson =>
    message(dice, keys, 'tool', {
      [keys.content]: dice.chance(0.1) ? dice.pick(['', ' ', null]) : words(dice, 'tool'),
      ...(dice.chance(0.5) ? { tool_call_id: dice.pick(['1', 't1', null, '']), name: 'w' } : {}),
    });
  if (dice.chance(0.4)) {
    const before = dice.chance(0.5) ? [answer(dice, keys)] : [];
    const called = Array.from({ length: 1 + dice.below(2) }, () =>
      message(dice, keys, 'calls', {
        [keys.content]: maybeText(dice, dice.chance(0.7) ? call(dice) : calls(dice), 0.9),
      }),
    );
    return [...before, ...called, result(), ...(dice.chance(0.4) ? [result()] : [])];
  }
  const content = dice.pick<OddJson>([null, '', 'I look.', [], '<think>r</think>']);
  const name = dice.pick(keys.calls);
  const called = message(dice, keys, 'assistant', {
    ...(dice.chance(0.8) ? { [keys.content]: content } : {}),
    [name]: maybeText(dice, name === 'function_call' ? call(dice) : calls(dice)),
    ...(dice.chance(0.1) ? { [dice.pick(keys.calls)]: someJunk(dice) } : {}),
    ...(dice.chance(0.3) ? { [dice.pick(keys.reasoning)]: dice.pick(thoughts) } : {}),
  });
  return [called, result()];
}

/** A call, nested or flat. */
export function call(dice: Dice): OddJson {
  const given = dice.chance(0.1)
    ? dice.pick<OddJson>([null, '', '{bad', '[]', ' ', [], ['x'], 'null', '[{"a":1}]'])
    : maybeText(dice, someObject(dice), 0.5);
  const name = dice.chance(0.03) ? someJunk(dice) : dice.pick(['w', 'v', 'get weather']);
  const key = dice.chance(0.8) ? 'arguments' : 'parameters';
  const called = object({
    name,
    ...(dice.chance(0.95) ? { [key]: given } : {}),
    ...(dice.chance(0.05) ? { arguments: dice.pick<OddJson>([null, '{"x":1}']) } : {}),
  });
  const type = dice.chance(0.5)
    ? dice.pick<OddJson>(['function', 'function', 'function', null, 'tool'])
    : undefined;
  const id = dice.chance(0.5)
    ? dice.pick<OddJson>(['t1', 'call_é', null, ' ', new Spelling('7')])
    : undefined;
  if (dice.chance(0.3)) return object({ type, id, function: null, ...Object.fromEntries(called) });
  return shuffled(dice, { id, type, function: maybeText(dice, called, 0.05) });
}

export function calls(dice: Dice): readonly OddJson[] {
  return Array.from({ length: dice.chance(0.05) ? 0 : 1 + dice.below(2) }, () =>
    maybeText(dice, call(dice), 0.05),
  );
}

function words(dice: Dice, role: 'user' | 'assistant' | 'system' | 'tool'): OddJson {
  if (dice.chance(0.75)) return someText(dice);
  const list: OddJson[] = [];
  const text = (): OddJson =>
    dice.chance(0.15)
      ? someText(dice)
      : object({
          ...(dice.chance(0.9) ? { type: dice.pick(textTypes) } : {}),
          text: someText(dice),
          ...(dice.chance(0.05) ? { weight: someNumber(dice), train: dice.pick([true, false, null]) } : {}),
        });
  if (role === 'assistant' && dice.chance(0.3)) list.push(thought(dice));
  for (let parts = 1 + dice.below(2); parts > 0; parts -= 1) list.push(text());
  if (role === 'assistant' && dice.chance(0.2))
    list.push(object({ type: 'tool_use', id: 't1', name: 'w', input: maybeText(dice, someObject(dice)) }));
  if (role === 'assistant' && dice.chance(0.05)) list.push(dice.chance(0.5) ? thought(dice) : text());
  if ((role === 'user' || role === 'tool') && dice.chance(0.3))
    list.splice(dice.below(list.length + 1), dice.below(2), result(dice));
  if (dice.chance(0.03))
    list.push(object({ type: dice.pick([...mediaTypes, 'refusal', 'thinking']), text: 't' }));
  return list;
}

function thought(dice: Dice): OddJson {
  const said = dice.pick(thoughts);
  return dice.chance(0.7)
    ? object({ type: 'thinking', thinking: said, signature: 's' })
    : object({ type: 'reasoning', [dice.pick(['reasoning', 'text', 'other'])]: said });
}

function result(dice: Dice): OddJson {
  const content = dice.chance(0.2)
    ? dice.pick<OddJson>([null, '', [], [object({ type: 'image' })], new Spelling('1')])
    : dice.chance(0.5)
      ? someText(dice)
      : [object({ type: 'text', text: someText(dice) })];
  return object({ type: 'tool_result', tool_use_id: dice.pick(['t1', null, '']), content });
}

function message(dice: Dice, keys: MessageKeys, role: keyof typeof roles, members: Members): OddJson {
  const name = dice.chance(0.03)
    ? dice.pick([...keys.roles, ...keys.roles, 'nobody', 'Tool'])
    : dice.pick(roles[role]);
  const extra: Record<string, OddJson> = {};
  if (dice.chance(0.1)) extra['name'] = dice.pick<OddJson>(['alice', null, ' ', new Spelling('3'), 'q']);
  if (dice.chance(0.12))
    extra[dice.pick(keys.weights)] = dice.chance(0.08) ? someJunk(dice) : someWeight(dice);
  if (dice.chance(0.04)) extra[dice.pick(keys.weights)] = someWeight(dice);
  if (dice.chance(0.06)) extra[dice.pick([...unreadKeys, ...keys.reasoning, ...keys.calls])] = someJunk(dice);
  if (dice.chance(0.02)) extra[dice.pick(unreadKeys)] = dice.pick(['q', 'a', 'r']);
  const all = shuffled(dice, { [keys.role]: name, ...members, ...extra });
  return maybeText(dice, all, 0.01);
}

function someWeight(dice: Dice): OddJson {
  return dice.chance(0.4)
    ? dice.pick([true, false, null])
    : new Spelling(dice.pick(['0', '1', '0.0', '1.0', '0', '1', '0.5']));
}

/** Sometimes in another order. */
function shuffled(dice: Dice, members: Members): ReadonlyMap<string, OddJson> {
  const all = [...object(members)];
  if (dice.chance(0.4)) all.unshift(...all.splice(dice.below(all.length)));
  return new Map(all);
}

function asJson(value: string | Readonly<Record<string, string>>): OddJson {
  return typeof value === 'string' ? value : object(value);
}
