import type { Dice } from '../../support/dice.js';

/** The columns and keys that random rows have beside their messages. */
export interface RandomNames {
  readonly list: string;
  readonly role: string;
  readonly content: string;
  readonly columns: readonly string[];
  readonly members: readonly string[];
}

/** Names of everything that rows and messages may hold, and of what means nothing. */
export const chatNames: RandomNames = {
  list: 'messages',
  role: 'role',
  content: 'content',
  columns:
    'id source score prompt Prompt question-text Complex_CoT context solution label mask weight train system system_prompt tools functions history reasoning conversations images chat_template_kwargs persona left_out n'.split(
      ' ',
    ),
  members:
    'id weight loss train loss_mask label mask name tool_call_id tool_calls function_call reasoning_content thinking value text prefix channel left_out'.split(
      ' ',
    ),
};

const texts = ['plain text. ', 'é', '漢', '😀', '\n', '\t', ' ', '\u00a0', '"', '\\', '<think>', '[1]'];
const scalars = ['0', '0.0', 'false', '1', '1.0', 'true', '0.5', '5', '-0', '1e0', '12345678901234567890'];
const empties = ['null', '""', '[]', '{}', '" \\n"', '[null]', '{"a":null}', '[ ]', '{ }', '[[],{"b":" "}]'];
const objects = ['{"name":"w"}', '[{"name":"w"}]', '["x"]', '{"a":1.0,"2":[]}', '"[{\\"name\\":\\"w\\"}]"'];
const roles = ['user', 'assistant', 'User', 'gpt', 'system', 'tool', 'developer', 'function', 'alien'];

/** A line that is a JSON object with a list of messages. Rarely one of its keys is there twice. */
export function randomLine(dice: Dice, names: RandomNames): string {
  const said: string[] = [];
  const text = (): string =>
    JSON.stringify(Array.from({ length: dice.below(8) }, () => dice.pick(texts)).join(''));
  const content = (): string => {
    const words = text();
    said.push(words);
    return dice.chance(0.02) ? dice.pick(objects) : words;
  };
  const value = (): string => {
    if (said.length > 0 && dice.chance(0.3)) return dice.pick(said);
    return dice.pick([
      () => dice.pick(scalars),
      () => dice.pick(empties),
      () => dice.pick(objects),
      text,
      text,
    ])();
  };
  const extras = (keys: readonly string[], chance: number): string[] => {
    const some: string[] = [];
    while (dice.chance(chance)) some.push(`${JSON.stringify(dice.pick(keys))}:${value()}`);
    return some;
  };
  const weight = (): string[] =>
    dice.chance(0.2) ? [`"weight":${dice.pick(['null', '0', '0.0', 'false', '1', '1.0', 'true'])}`] : [];
  const message = (): string =>
    object(dice, [
      `"${names.role}":"${dice.pick(dice.chance(0.8) ? roles.slice(0, 4) : roles)}"`,
      `"${names.content}":${content()}`,
      ...weight(),
      ...extras(names.members, 0.06),
    ]);
  const list = Array.from({ length: 1 + dice.below(4) }, message);
  return object(dice, [`"${names.list}":[${list.join(', ')}]`, ...extras(names.columns, 0.35)]);
}

function object(dice: Dice, members: string[]): string {
  const shuffled = members.map((member) => ({ member, at: dice.roll() })).sort((a, b) => a.at - b.at);
  return `{${shuffled.map(({ member }) => member).join(dice.chance(0.5) ? ',' : ' , ')}}`;
}
