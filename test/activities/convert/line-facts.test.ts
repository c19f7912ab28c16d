import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { test } from 'node:test';
import { noFacts } from '../../../core/convert/findings/facts.js';
import { layoutOf } from '../../../core/convert/layout.js';
import type { ConversionRules } from '../../../core/convert/conversion-rules.js';
import { Dice } from '../../support/dice.js';
import { parsed, unparsed } from './both-ways.js';
import { chatNames, randomLine } from './random-lines.js';

const messages: ConversionRules = { layout: layoutOf('messages') };
const sharegpt: ConversionRules = { layout: layoutOf('sharegpt') };
const chat = '"messages":[{"role":"user","content":"q"},{"role":"assistant","content":"a"}]';

for (const [name, rules, text, counted] of [
  ['a column that is the copy of a message', messages, `{"prompt":"q","prompt_id":"x1",${chat}}`, {}],
  [
    'weights that change nothing',
    sharegpt,
    '{"conversations":[{"from":"system","value":"s","weight":null},{"from":"human","value":"q","weight":0.0},{"from":"gpt","value":"a","weight":1.0}]}',
    {},
  ],
  [
    'keys that would be read and are empty',
    messages,
    '{"tools":[],"system":"","functions":null,"messages":[{"role":"assistant","content":"a","tool_calls":[],"function_call":{},"name":null}]}',
    {},
  ],
  [
    'flags that are on in a row and off in a message',
    messages,
    '{"train":true,"label":1,"messages":[{"role":"assistant","content":"a","mask":0,"label":false}]}',
    {},
  ],
  ['a text that is not read', messages, `{"context":"c","prompt":"q",${chat}}`, { unread: ['context'] }],
  [
    'a key that is there twice, whose last value counts',
    messages,
    `{"context":"c","persona":"p","context":"q",${chat},"persona":null}`,
    {},
  ],
  [
    'a copy of a message behind the last answer, which is not in the line',
    messages,
    '{"prompt":"bye","messages":[{"role":"assistant","content":"a"},{"role":"user","content":"bye","weight":0}]}',
    { unread: ['prompt'], trailing: true },
  ],
  [
    'results of tools',
    messages,
    '{"messages":[{"role":"user","content":"q"},{"role":"tool","content":"r"},{"role":"assistant","content":"a"}]}',
    {},
  ],
] as const)
  void test(`a line is converted as bytes in spite of ${name}`, () => {
    const found = unparsed(rules, Buffer.from(text));
    assert.ok(typeof found === 'object');
    assert.deepEqual(found[3], { ...noFacts, ...counted });
    assert.deepEqual(found, parsed(rules, text));
  });

void test('a line whose only fault is a blank text is rejected without the parser', () => {
  const line = (role: string, first: string, second: string): string =>
    `{"messages":[{"role":"${role}","content":${first}},{"role":"assistant","content":${second}}]}`;
  for (const blank of ['""', '" \\n\\t\u2003"', '"\u00a0"', '"\\u000b"']) {
    for (const text of [line('user', '"q"', blank), line('user', blank, '"a"')]) {
      assert.equal(unparsed(messages, Buffer.from(text)), 'blank_content');
      assert.equal(parsed(messages, text), 'blank_content');
    }
    // A blank system message is left out, and a result may be blank.
    for (const role of ['system', 'tool'])
      assert.equal(unparsed(messages, Buffer.from(line(role, blank, '"a"'))), undefined);
  }
});

void test('keys are recognised in rows of any number of them, and of any length', () => {
  const keys = Array.from({ length: 300 }, (_, index) => `"key ${index}":[${index}]`);
  for (const [index, column] of ['context', 'x'.repeat(100), 'Question!', 'persona'].entries()) {
    const line = `{${keys.join(',')},"${column}":"c${index}",${chat}}`;
    const found = unparsed(messages, Buffer.from(line));
    assert.ok(found !== undefined);
    assert.deepEqual(found, parsed(messages, line));
  }
});

void test('lines in which more than texts of messages is read are left to the parser', () => {
  for (const [row, user, assistant] of [
    ['"system":"S",', '', ''],
    ['"tools":[{"name":"w"}],', '', ''],
    ['"context":["c"],', '', ''],
    ['"label":0,', '', ''],
    ['"context":" \\n",', '', ''],
    ['', ',"name":"alice"', ''],
    ['', ',"weight":1', ''],
    ['', ',"value":"v"', ''],
    ['', '', ',"weight":0'],
    ['', '', ',"weight":0.5'],
    ['', '', ',"reasoning_content":"r"'],
    ['', '', ',"tool_calls":[ ]'],
  ])
    assert.equal(
      unparsed(
        messages,
        Buffer.from(
          `{${row}"messages":[{"role":"user","content":"q"${user}},{"role":"assistant","content":"a"${assistant}}]}`,
        ),
      ),
      undefined,
    );
});

const seed = randomInt(2 ** 31);
void test(`random lines with keys of conversations give the facts of the parser, or are left to it (seed ${seed})`, () => {
  const dice = new Dice(seed);
  const allRules: readonly ConversionRules[] = [
    messages,
    { ...messages, ignore: ['left_out', 'name', 'context'] },
    { ...messages, filter: { n: [1, 5, 'x'], prompt: { matches: 't' } }, roles: { alien: 'tool' } },
    { layout: layoutOf('messages', { system: 'persona', weight: 'train', reasoning: 'text' }) },
  ];
  let found = 0;
  let counted = 0;
  for (let round = 0; round < 10_000; round += 1) {
    const rules = dice.pick(allRules);
    const line = randomLine(dice, chatNames);
    const made = unparsed(rules, Buffer.from(line));
    if (made === undefined) continue;
    found += 1;
    if (typeof made !== 'string' && made[3].unread.length > 0) counted += 1;
    assert.deepEqual(made, parsed(rules, line), line);
  }
  assert.ok(found > 2000 && counted > 60, `${found} lines were scanned, in ${counted} something was counted`);
});
