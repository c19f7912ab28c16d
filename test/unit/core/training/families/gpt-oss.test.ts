import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rendererNamed } from '../../../../../core/training/families/index.js';
import { chatMessages } from '../../../../../core/training/rendering/chat.js';

const messages = chatMessages({ messages: [{ role: 'user', content: 'Hi' }] });

void test('the system message of gpt-oss has the date of the settings, and no conversation is prepared without', () => {
  const dated = rendererNamed('gpt_oss_high_reasoning', { currentDate: '2031-01-02' });
  const words = dated.prepare?.(messages)[0]?.content;
  assert.ok(typeof words === 'string');
  assert.match(words, /\nCurrent date: 2031-01-02\n\nReasoning: high\n/);
  assert.throws(
    () => rendererNamed('gpt_oss_high_reasoning').prepare?.(messages),
    /gpt_oss_high_reasoning .* no currentDate/,
  );
  assert.equal(rendererNamed('gpt_oss_no_sysprompt').prepare, undefined);
});

void test('the answer of gpt-oss is what its final channel holds', () => {
  const { answer } = rendererNamed('gpt_oss_no_sysprompt');
  const analysis = '<|channel|>analysis<|message|>2 and 2.\n';
  const final = `${analysis}<|end|><|start|>assistant<|channel|>final<|message|>It is\n4.`;
  assert.equal(answer?.(final), 'It is\n4.');
  assert.equal(answer?.(`${final}<|end|><|start|>user<|message|>And 3?`), 'It is\n4.');
  assert.equal(answer?.('<|channel|>final <|constrain|>json<|message|>{"a":4}'), '{"a":4}');
});

void test('a turn of gpt-oss that has no final channel is shown with its channels', () => {
  const { answer } = rendererNamed('gpt_oss_no_sysprompt');
  for (const turn of [
    '<|channel|>analysis<|message|>the final words never come',
    ' to=functions.now<|channel|>commentary <|constrain|>json<|message|>{}',
  ])
    assert.equal(answer?.(turn), turn.trim());
});
