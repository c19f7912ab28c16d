import assert from 'node:assert/strict';
import { isUtf8 } from 'node:buffer';
import { test } from 'node:test';
import { layoutOf } from '../../../core/convert/layout.js';
import type { ConversionRules } from '../../../core/convert/conversion-rules.js';
import { createLineConverter } from '../../../activities/convert/rows/json-line.js';
import { Dice } from '../../support/dice.js';
import { engines, parsed, sameOfAll, unparsed } from './both-ways.js';

const plain: ConversionRules = { layout: layoutOf('messages') };
const filtered: ConversionRules = {
  layout: layoutOf('messages', { role: 'from', content: 'value' }),
  roles: { Bob: 'user' },
  filter: { n: [1, 'x', true], é: { matches: 'o' } },
};

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
    const found = unparsed(plain, Buffer.from(text));
    assert.ok(found !== undefined);
    assert.deepEqual(found, parsed(plain, text));
  });

void test('what the rule may reject, and what is spelt otherwise, is left to the parser', () => {
  const message = (content: string): string => `{"messages":[{"role":"assistant","content":${content}}]}`;
  for (const text of [
    ...['"\\u0041"', '"a\\/b"', '"\\ud83d"', '"\\x"', '"a\tb"', '"a', '5', '["a"]'].map(message),
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
    assert.equal(unparsed(plain, Buffer.from(text)), undefined, text);
});

void test('for any line the scanner gives the result of the parser, or none', () => {
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
    const made = unparsed(rules, line);
    if (made === undefined) continue;
    found += 1;
    assert.deepEqual(made, parsed(rules, line.toString()), line.toString());
  }
  assert.ok(found > 5000 && changed > 5000, `${found} lines were scanned, ${changed} bytes changed`);
});

void test('a line that ends with the block is found, and one that continues behind it is not', () => {
  const line = Buffer.from('{"messages":[{"role":"assistant","content":"x"}]}');
  for (let cut = 0; cut < line.length; cut += 1) {
    const kept = line.subarray(0, line.length - cut);
    const place = (block: Buffer): number => kept.copy(block, block.length - kept.length);
    const blockBytes = engines[0]?.block.length ?? 0;
    const row = sameOfAll(place, blockBytes - kept.length, kept.length, plain);
    assert.deepEqual(row, cut === 0 ? parsed(plain, line.toString()) : undefined);
  }
});

void test('a line outside the read block is left to the parser', () => {
  const line = Buffer.from('{"messages":[{"role":"assistant","content":"x"}]}\n');
  const { json } = engines[0] ?? assert.fail();
  assert.equal(createLineConverter(plain, json)?.convert(line, 0, line.length - 1), undefined);
  const other = json.lendReadBlock();
  line.copy(other.block);
  assert.equal(createLineConverter(plain, json)?.convert(other.block, 0, line.length - 1), undefined);
});
