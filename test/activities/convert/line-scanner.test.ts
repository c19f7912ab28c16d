import assert from 'node:assert/strict';
import { isUtf8 } from 'node:buffer';
import { test } from 'node:test';
import { layoutOf } from '../../../core/convert/layout.js';
import type { ConversionRules } from '../../../core/convert/conversion-rules.js';
import { createRowConverter } from '../../../core/convert/row-converter.js';
import { lineScanner } from '../../../activities/convert/rows/json-line.js';
import { writtenRow, type ConvertedRow } from '../../../activities/convert/rows/converted-row.js';
import {
  addEscaped,
  endLine,
  lendReadBlock,
  skippedUnits,
  startLine,
} from '../../../activities/convert/json-bytes/json-bytes.js';
import { TextBytes } from '../../../activities/convert/read/text-bytes.js';
import { valueScanner } from '../../../activities/convert/rows/parquet-row.js';
import { Dice } from '../../support/dice.js';

const { block } = lendReadBlock();
const plain: ConversionRules = { layout: layoutOf('messages') };
const filtered: ConversionRules = {
  layout: layoutOf('messages', { role: 'from', content: 'value' }),
  roles: { Bob: 'user' },
  filter: { n: [1, 'x', true], é: { matches: 'o' } },
};

/** What becomes of a row: its line, the characters of its assistant, and the prompt that its split hangs on. */
function facts(row: ConvertedRow): readonly [string, number, string] {
  const target = Buffer.alloc(row.line.mostBytes);
  const line = target.toString('utf8', 0, row.line.writeTo(target, 0));
  return [line, row.assistantChars, Buffer.from(row.prompt).toString()];
}

/** What the parser makes of a line; `undefined` where it is no conversation. */
function parsed(rules: ConversionRules, text: string): ReturnType<typeof facts> | 'filtered' | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const outcome = createRowConverter(rules)(value);
  if (outcome === 'filtered') return outcome;
  return typeof outcome === 'string' ? undefined : facts(writtenRow(outcome));
}

/** What the scanner makes of it, in the middle of other lines; `undefined` where it leaves it to the parser. */
function scanned(rules: ConversionRules, line: Buffer): ReturnType<typeof facts> | 'filtered' | undefined {
  const before = Buffer.from('"]}\n');
  Buffer.concat([before, line, Buffer.from('\n{"messages')]).copy(block);
  const row = lineScanner(rules)?.(block, before.length, before.length + line.length);
  return row === undefined || row === 'filtered' ? row : facts(row);
}

const tricky = [
  `{"messages":[{"role":"user","content":"x"},{"role":"assistant","content":"y"}]}`,
  ` {\t"id" : 1.5e3 , "messages" : [ { "content" : "x" , "role" : "user" } , {"role":"assistant","content":"y","z":[{"content":"no"}]} ] , "b":null } `,
  `{"a":{"messages":[{"content":"no"}],"s":"]}\\"{["},"messages":[{"role":"assistant","content":"\\"\\\\"}]}`,
  `{"messages":[{"role":"user","content":"first"}],"messages":[{"role":"assistant","content":"second"}]}`,
  `{"messages":[{"role":"assistant","content":"no","content":"yes"}]}`,
  `{"messages":[{"role":"GPT","content":"y"},{"role":"user","content":"dropped"}],"e":[],"f":{}}`,
  `{"":"","messages ":1,"message":-0.5E-3,"messages":[{"role":"assistant","content":"é\u2028😀\\n\u00a0"}]}`,
  `{"messages":[{"role":"system","content":"s"},{"role":"assistant","content":"\u00a0\u3000\\tあ"},{"role":"human","content":"q"},{"role":"bot","content":"\ufeff."}]}`,
];
for (const [index, text] of tricky.entries())
  void test(`a conversation is found without parsing in tricky line ${index}`, () => {
    const found = scanned(plain, Buffer.from(text));
    assert.ok(found !== undefined);
    assert.deepEqual(found, parsed(plain, text));
  });

void test('what the rule may reject, and what is spelt otherwise, is left to the parser', () => {
  const message = (content: string): string => `{"messages":[{"role":"assistant","content":${content}}]}`;
  for (const text of [
    ...[
      '"\\u0041"',
      '"a\\/b"',
      '"\\ud83d"',
      '"\\x"',
      '"a\tb"',
      '"a',
      '" \\n\\t\u2003"',
      '"\u00a0"',
      '5',
      '["a"]',
    ].map(message),
    message('"a"').slice(0, -1),
    `${message('"a"')}x`,
    `{"messages":[{"role":"assistant","content":"a"},]}`,
    `{"messages":[{"role":"assistant","content":"a"}],}`,
    `{"messages":[{"role":"assistant","content":"a"}],"n":01}`,
    `{"messages":[{"role":"assistant","content":"a"}],"n":1.}`,
    `{"messages":[{"role":"assistant","content":"a"}],"n":tru}`,
    `{"messages":[{"role":"assistant","content":"a"}],n:1}`,
    `{"messages":[{"role":"assistant","content":"a"}] "n":1}`,
    `{"messages":[{"role":"alien","content":"a"}]}`,
    `{"messages":[{"role":"user","content":"a"}]}`,
    `{"messages":[{"role":"assistant"}]}`,
    `{"messages":[]}`,
    `{"messages":5}`,
    `[]`,
    ``,
  ])
    assert.equal(scanned(plain, Buffer.from(text)), undefined, text);
});

void test('whatever a line is, the scanner says what the parser says, or nothing', () => {
  const dice = new Dice(11);
  const texts = [
    '\\',
    '"',
    'x',
    'o',
    'plain text. ',
    'é',
    '漢字',
    '😀',
    '\n',
    '\t',
    ' ',
    '\u00a0',
    '\u2028',
    '/',
  ];
  const text = (): string =>
    (dice.chance(0.1) ? dice.pick(['\u0001', '\u000b', '\u001f', '\u007f', '\\u']) : '') +
    Array.from({ length: dice.below(40) }, () => dice.pick(texts)).join('');
  const key = (): string => dice.pick(['k', '', 'messages ', 'clé', '"', 'content', 'n']);
  let [found, changed] = [0, 0];
  for (let round = 0; round < 20_000; round += 1) {
    const rules = dice.chance(0.5) ? plain : filtered;
    const [role, content] = rules === plain ? ['role', 'content'] : ['from', 'value'];
    const messages = Array.from({ length: 1 + dice.below(4) }, () => ({
      [role]: dice.pick(['user', 'assistant', 'Assistant', 'gpt', 'bob', 'system']),
      ...(dice.chance(0.2) ? { [key()]: [text(), { [key()]: null }] } : {}),
      [content]: text(),
    }));
    const row = {
      ...(dice.chance(0.5) ? { n: dice.pick([1, 1.0, 2, 'x', true, null, 1e300, -0.5]) } : {}),
      ...(dice.chance(0.5) ? { é: dice.pick(['fool', 'x', 3, ['o']]) } : {}),
      messages,
      [key()]: dice.pick([{}, [], [[1]], { a: [false] }, text()]),
    };
    const line = Buffer.from(
      dice.chance(0.7) ? JSON.stringify(row) : JSON.stringify(row, null, 1).replaceAll('\n', '\t '),
    );
    // Some lines are broken or changed at one or two bytes.
    for (let change = dice.chance(0.5) ? 0 : dice.below(3); change > 0; change -= 1) {
      changed += 1;
      line[dice.below(line.length)] = dice.pick([
        0x22, 0x5c, 0x7b, 0x7d, 0x5b, 0x5d, 0x2c, 0x3a, 0x20, 0x31, 0x61, 0x75, 0x00,
      ]);
    }
    if (!isUtf8(line)) continue;
    const made = scanned(rules, line);
    if (made === undefined) continue;
    found += 1;
    assert.deepEqual(made, parsed(rules, line.toString()), line.toString());
  }
  assert.ok(found > 5000 && changed > 5000, `${found} lines were scanned, ${changed} bytes changed`);
});

void test('a text of any length and content is escaped as JSON.stringify does', () => {
  const dice = new Dice(12);
  const parts = [
    '\\',
    '"',
    'x',
    'a longer plain stretch of text',
    'é',
    '漢',
    '😀',
    '\n',
    '\u2028',
    '\u007f',
    '\0',
    '\u001f',
    '\b\f\r\t',
  ];
  const check = (text: string): void => {
    const bytes = Buffer.from(text);
    const target = Buffer.alloc(6 * bytes.length + 8);
    startLine();
    addEscaped(bytes);
    const end = endLine(target, 3);
    assert.equal(target.toString('utf8', 3, end), JSON.stringify(text).slice(1, -1));
    assert.equal(skippedUnits(), text.length);
  };
  for (let round = 0; round < 5000; round += 1)
    check(Array.from({ length: dice.below(20) }, () => dice.pick(parts)).join(''));
  // Longer than one step of the escaping, with characters across its borders.
  check('漢😀"\n'.repeat(60_000));
  check('\u0001'.repeat(250_000));
});

void test('a row of parquet gives what its decoded form gives, or nothing', () => {
  const dice = new Dice(13);
  const rules: ConversionRules = { layout: layoutOf('lmsys'), filter: { language: 'English' } };
  const scan = valueScanner(rules);
  const convert = createRowConverter(rules);
  const text = (): string =>
    Array.from({ length: dice.below(6) }, () =>
      dice.pick(['"', 'word ', '\n', '\u00a0', ' ', '漢', '\\']),
    ).join('');
  let found = 0;
  for (let round = 0; round < 5000; round += 1) {
    const messages = Array.from({ length: dice.below(4) }, () => ({
      role: dice.pick(['user', 'assistant', 'ASSISTANT', 'alien']),
      content: text(),
    }));
    const row = { language: dice.pick(['English', 'English', 'Spanish', null]), conversation: messages };
    const raw = {
      ...row,
      conversation: messages.map(({ role, content }) => ({
        role: new TextBytes(Buffer.from(role)),
        content: new TextBytes(Buffer.from(content)),
      })),
    };
    const made = scan?.(raw);
    if (made === undefined) continue;
    found += 1;
    const outcome = convert(row);
    if (made === 'filtered') assert.equal(outcome, 'filtered');
    else {
      assert.ok(typeof outcome !== 'string');
      assert.deepEqual(facts(made), facts(writtenRow(outcome)));
    }
  }
  assert.ok(found > 1000);
});
