import type { Dice } from '../../support/dice.js';
import { oddCall, oddCalls } from './odd-calls.js';
import { object, Spelling, type Members, type OddJson } from './odd-json.js';
import { oddContent } from './odd-parts.js';
import { maybeText, shuffled, someBlank, someJunk, someText, someThought } from './odd-values.js';

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

const roles = {
  user: ['user', 'user', 'human', 'User', 'HUMAN'],
  assistant: ['assistant', 'assistant', 'gpt', 'bot', 'Model', 'ASSISTANT'],
  system: ['system', 'system', 'developer', 'System'],
  tool: 'tool,function,observation,ipython,tool-response,Tool Result,tool_output,function_result'.split(','),
  calls: ['tool_call', 'function_call', 'Tool Call', 'function-call'],
};
const unreadKeys = 'train_detail,refusal,prefix,label,mask,Thoughts,text,id,channel,tool_call_id,name'.split(
  ',',
);
/** A conversation of listed messages, in one of the ways in which they are kept. */
export function oddMessages(dice: Dice, keys: MessageKeys): readonly OddJson[] {
  const list: OddJson[] = [];
  if (dice.chance(0.25)) list.push(system(dice, keys));
  for (let turns = 1 + dice.below(3); turns > 0; turns -= 1) {
    list.push(message(dice, keys, 'user', { [keys.content]: oddContent(dice, 'user') }));
    if (dice.chance(0.3)) list.push(...callsAndResults(dice, keys));
    if (dice.chance(0.03)) list.push(system(dice, keys));
    list.push(answer(dice, keys));
  }
  if (dice.chance(0.1)) list.push(message(dice, keys, 'user', { [keys.content]: someText(dice) }));
  return list;
}

function system(dice: Dice, keys: MessageKeys): OddJson {
  const content = dice.chance(0.3) ? someBlank(dice) : oddContent(dice, 'system');
  return message(dice, keys, 'system', { [keys.content]: dice.chance(0.1) ? null : content });
}

function answer(dice: Dice, keys: MessageKeys): OddJson {
  const members: Record<string, OddJson> = { [keys.content]: oddContent(dice, 'assistant') };
  if (dice.chance(0.3)) {
    const thought = someThought(dice);
    const names = dice.chance(0.2) ? keys.reasoning : [dice.pick(keys.reasoning)];
    for (const name of names)
      members[name] = dice.chance(0.1)
        ? [{ type: 'text', text: thought.slice(0, 1) }, thought.slice(1)].map(asJson)
        : dice.chance(0.8)
          ? thought
          : ` ${thought}`;
  }
  if (dice.chance(0.1)) members[dice.pick(keys.calls)] = maybeText(dice, oddCalls(dice));
  return message(dice, keys, 'assistant', members);
}

/** A message of calls, or messages that are calls, and what the tools give back. */
function callsAndResults(dice: Dice, keys: MessageKeys): readonly OddJson[] {
  const result = (): OddJson =>
    message(dice, keys, 'tool', {
      [keys.content]: dice.chance(0.1) ? dice.pick(['', ' ', null]) : oddContent(dice, 'tool'),
      ...(dice.chance(0.5) ? { tool_call_id: dice.pick(['1', 't1', null, '']), name: 'w' } : {}),
    });
  if (dice.chance(0.4)) {
    const before = dice.chance(0.5) ? [answer(dice, keys)] : [];
    const called = Array.from({ length: 1 + dice.below(2) }, () =>
      message(dice, keys, 'calls', {
        [keys.content]: maybeText(dice, dice.chance(0.7) ? oddCall(dice) : oddCalls(dice), 0.9),
      }),
    );
    return [...before, ...called, result(), ...(dice.chance(0.4) ? [result()] : [])];
  }
  const content = dice.pick<OddJson>([null, '', 'I look.', [], '<think>r</think>']);
  const name = dice.pick(keys.calls);
  const called = message(dice, keys, 'assistant', {
    ...(dice.chance(0.8) ? { [keys.content]: content } : {}),
    [name]: maybeText(dice, name === 'function_call' ? oddCall(dice) : oddCalls(dice)),
    ...(dice.chance(0.1) ? { [dice.pick(keys.calls)]: someJunk(dice) } : {}),
    ...(dice.chance(0.3) ? { [dice.pick(keys.reasoning)]: someThought(dice) } : {}),
  });
  return [called, result()];
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

function asJson(value: string | Readonly<Record<string, string>>): OddJson {
  return typeof value === 'string' ? value : object(value);
}
