import assert from 'node:assert/strict';
import { test } from 'node:test';
import { markConversation } from '../../../activities/report/page/mark-tokens.js';
import { rendererNamed } from '../../../core/training/families/index.js';
import { goldenEncoder } from '../../support/golden-tokenizers.js';

void test('where each turn is an example, a message is marked as in the example that trains it', async () => {
  const renderer = rendererNamed('qwen3');
  const encoder = await goldenEncoder(renderer, 'qwen3');
  const marked = markConversation(
    { renderer, rules: { trainOn: 'all_assistant_messages', examples: 'turn' }, maxTokens: 100, encoder },
    {
      messages: [
        { role: 'user', content: 'a' },
        { role: 'assistant', content: 'b', reasoning_content: 'r1' },
        { role: 'user', content: 'c' },
        { role: 'assistant', content: 'd', reasoning_content: 'r2' },
      ],
    },
  );
  const trained = marked.messages.map((spans) =>
    spans.flatMap(({ kind, text }) => (kind === 'trained' ? [text] : [])).join(''),
  );
  assert.deepEqual(trained, [
    '',
    '<think>\nr1\n</think>\n\nb<|im_end|>',
    '',
    '<think>\nr2\n</think>\n\nd<|im_end|>',
  ]);
  assert.equal(marked.messages[0]?.map(({ text }) => text).join(''), '<|im_start|>user\na<|im_end|>');
  assert.deepEqual(marked.reasoningLeftOut, []);
  assert.equal(marked.examples, 2);
});
