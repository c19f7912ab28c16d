import assert from 'node:assert/strict';
import { test } from 'node:test';
import { columnProblem } from '../../../../core/hub/column-check.js';

const lmsys = ['conversation_id', 'conversation', 'language', 'openai_moderation', 'redacted'];

void test('columns that are there are no problem', () => {
  assert.equal(columnProblem({}, lmsys), undefined);
  assert.equal(
    columnProblem({ format: 'lmsys', filter: { language: 'English', flagged: false } }, lmsys),
    undefined,
  );
  assert.equal(columnProblem({ filter: { flagged: false } }, lmsys), undefined);
  assert.equal(columnProblem({ format: 'alpaca' }, ['instruction', 'output']), undefined);
  const renamed = { format: 'messages', fields: { messages: 'chat', role: 'who', content: 'said' } } as const;
  assert.equal(columnProblem(renamed, ['chat']), undefined);
  assert.equal(columnProblem({ fields: { messages: 'chat', role: 'who' } }, ['chat']), undefined);
});

void test('columns that a format, fields or a filter need and that are missing are named with those there are', () => {
  assert.match(
    columnProblem({ format: 'lmsys' }, ['a', 'b']) ?? '',
    /needs `conversation`; the columns are a, b/,
  );
  assert.match(columnProblem({ fields: { prompt: 'q' } }, ['a']) ?? '', /fields names `q`/);
  assert.match(
    columnProblem({ filter: { lang: 'en' } }, ['language']) ?? '',
    /the filter names `lang`, so no row/,
  );
  assert.match(columnProblem({ filter: { flagged: true } }, ['text']) ?? '', /`flagged`/);
});
