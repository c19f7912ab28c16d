import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Conversation, Message } from '../../../../core/convert/conversation/conversation.js';
import type { RendererName } from '../../../../core/recipe.js';
import { rendererNamed } from '../../../../core/training/families/index.js';
import { forecastTraining, type TrainingForecast } from '../../../../core/training/forecast.js';
import { untrainedLines } from '../../../../core/training/untrained-notes.js';

const rules = { trainOn: 'all_assistant_messages', examples: 'conversation' } as const;
const call = { id: 'c1', type: 'function', function: { name: 'now', arguments: '{}' } } as const;

/** A conversation with a call, whose result has further members. */
function answered(members: Pick<Message, 'name' | 'tool_call_id'>): Conversation {
  return {
    messages: [
      { role: 'user', content: 'Time?' },
      { role: 'assistant', content: '', tool_calls: [call] },
      { role: 'tool', content: '12:00', ...members },
      { role: 'assistant', content: 'Noon.' },
    ],
  };
}

const conversations = [
  answered({}),
  answered({ tool_call_id: 'c1' }),
  answered({ name: 'now', tool_call_id: 'c1' }),
];
const forecast = (name: RendererName): TrainingForecast =>
  forecastTraining(rendererNamed(name), rules, conversations);

void test('results without the name that a renderer writes are counted by row', () => {
  assert.equal(forecast('gpt_oss_no_sysprompt').incompleteResults, 2);
  assert.equal(forecast('kimi_k2').incompleteResults, 2);
  assert.equal(forecast('qwen3').incompleteResults, undefined);
});

void test('a name counts as not written with the renderers that do not write it', () => {
  assert.equal(forecast('gpt_oss_no_sysprompt').named, 0);
  assert.equal(forecast('qwen3').named, 1);
});

void test('the note on results without a name has what to add to them', () => {
  const parts = forecast('gpt_oss_no_sysprompt');
  const lines = untrainedLines({
    renderer: parts.renderer,
    sources: [{ source: 'agents', rows: 3, ...parts }],
  });
  assert.deepEqual(lines, [
    'agents: 2 rows have results of tools without `name`, which gpt_oss_no_sysprompt writes',
    '  Add it to the messages of the role `tool`: without it they have a placeholder.',
  ]);
});
