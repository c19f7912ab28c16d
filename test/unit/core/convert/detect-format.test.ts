import assert from 'node:assert/strict';
import { test } from 'node:test';
import { detectFormat } from '../../../../core/convert/detect-format.js';
import { HeadraceError } from '../../../../core/errors.js';

const turn = { role: 'user', content: 'q' };
const says = { from: 'human', value: 'q' };

const shapes: readonly (readonly [string, object, string, Record<string, string>])[] = [
  ['messages', { messages: [turn], prompt: 'p', response: 'r' }, 'messages', { messages: 'messages' }],
  ['lmsys', { conversation: [turn], model: 'm' }, 'lmsys', { conversation: 'conversation' }],
  ['prosocial', { context: 'c', response: 'r', dialogue_id: 0, response_id: 0 }, 'prosocial', {}],
  ['magpie', { conversations: [says], instruction: 'i', response: 'r' }, 'magpie', {}],
  ['sharegpt', { conversations: [says], id: 1 }, 'sharegpt', { conversations: 'conversations' }],
  ['alpaca', { instruction: 'i', input: '', output: 'o' }, 'alpaca', {}],
  ['prompt and response', { prompt: 'p', response: 'r' }, 'prompt-response', { prompt: 'prompt' }],
  [
    'question and answer',
    { question: 'q', answer: 'a' },
    'prompt-response',
    { prompt: 'question', response: 'answer' },
  ],
  ['turns of role and content', { turns: [turn] }, 'messages', { messages: 'turns' }],
  [
    'turns of speaker and text',
    { turns: [{ speaker: 'human', text: 't' }] },
    'messages',
    { role: 'speaker', content: 'text' },
  ],
  ['turns of from and value', { turns: [says] }, 'sharegpt', { conversations: 'turns' }],
  ['conversations of role and content', { conversations: [turn] }, 'messages', { messages: 'conversations' }],
];

for (const [name, row, format, columns] of shapes)
  void test(`rows of the shape ${name} are detected, with the reason`, () => {
    const { layout, reason } = detectFormat({ name: 's' }, [row, null, row], 'a.jsonl');
    assert.equal(layout.format, format);
    for (const [standard, own] of Object.entries(columns)) assert.equal(layout.columns[standard], own);
    assert.match(reason, /^detected: columns? `/);
  });

void test('a few odd rows do not hide the format of the others', () => {
  const rows = [
    {},
    { other: 1 },
    { prompt: 'p', response: 'r' },
    { prompt: 'p', response: 'r' },
    { prompt: 'p', response: 'r' },
  ];
  const { layout, reason } = detectFormat({ name: 's' }, rows, 'a.jsonl');
  assert.equal(layout.format, 'prompt-response');
  assert.match(reason, /in 3 of the first 5 rows/);
});

void test('where nothing fits, the error names the keys that were seen and how to write the recipe', () => {
  const rows = [{ q: 'x', reply: 5, steps: [{ who: 1, what: 2 }] }];
  assert.throws(
    () => detectFormat({ name: 'toefl' }, rows, 'a.jsonl'),
    (error: unknown) =>
      error instanceof HeadraceError &&
      error.type === 'FormatError' &&
      /toefl.*a\.jsonl.*`q` \(text\), `reply` \(number\), `steps` \(list of \{who, what\}\)/.test(
        error.message,
      ) &&
      /format: prompt-response.*fields/.test(error.remedy),
  );
});

void test('fields without a format are tried with the formats that have them', () => {
  const row = { dialog: [{ who: 'user', text: 'x' }] };
  const fields = { messages: 'dialog', role: 'who', content: 'text' };
  const { layout } = detectFormat({ name: 's', fields }, [row], 'a.jsonl');
  assert.deepEqual(layout, { format: 'messages', columns: fields });
});

void test('a field that the format does not have is an error of the recipe', () => {
  const source = { name: 's', format: 'alpaca' as const, fields: { question: 'q' } };
  assert.throws(() => detectFormat(source, [], ''), /RecipeError|has no column `question`/);
});
