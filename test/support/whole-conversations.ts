import type { Conversation, ToolCall } from '../../core/convert/conversation/conversation.js';
import { hostile } from './finished-run.js';

function call(name: string, text: string, id?: string): ToolCall {
  return { ...(id === undefined ? {} : { id }), type: 'function', function: { name, arguments: text } };
}

/** Two calls with reasoning, their results, and an answer with reasoning. */
export const agent: Conversation = {
  messages: [
    { role: 'system', content: 'You look things up before you answer.' },
    {
      role: 'user',
      name: 'alice',
      content: 'Will it rain in Bergen or in Oslo this weekend? I have booking 12345678901234567890.',
    },
    {
      role: 'assistant',
      content: 'Let me look at both.',
      reasoning_content:
        'Two towns, so two calls.\nThe booking number is an integer that a double cannot hold.',
      tool_calls: [
        call('get_weather', '{"city": "Bergen", "booking": 12345678901234567890, "days": 2.0}', 'call_1'),
        call('get_weather', '{"city":"Oslo","10":true,"2":{"units":["mm","°C"],"none":[]}}', 'call_2'),
      ],
    },
    { role: 'tool', content: '{"rain": "42 mm"}', tool_call_id: 'call_1' },
    { role: 'tool', content: '{"rain": "0 mm"}', tool_call_id: 'call_2', name: 'get_weather' },
    {
      role: 'assistant',
      content: 'Take a coat to Bergen; Oslo stays dry.',
      reasoning_content: 'Bergen is wet, as ever.',
    },
  ],
  tools: [
    '{"name":"get_weather","description":"The forecast of a town.","parameters":{"type":"object","properties":{"city":{"type":"string"},"days":{"type":"number","default":2.0,"maximum":1e1}},"required":["city"]}}',
    '{"name":"book_train","description":"Books a seat.\\nNeeds a booking number.","parameters":{"type":"object","properties":{"booking":{"type":"integer","minimum":10000000000000000000}}},"strict":true}',
  ],
};

/** A bad answer that is only context. */
export const corrected: Conversation = {
  messages: [
    { role: 'user', content: 'What is seven times eight?' },
    { role: 'assistant', content: 'It is fifty-four.', weight: 0 },
    { role: 'user', content: 'Look again.' },
    { role: 'assistant', content: 'It is fifty-six.' },
  ],
};

/** Text that would end the elements of a page, wherever it stands. */
export const unclosed = '</pre></details></div></article><b title="\' <!-- <textarea><style>';
const attack = `${hostile} ${unclosed}`;
const json = JSON.stringify(attack);

/** Markup in every field that a conversation can have. */
export const attacked: Conversation = {
  messages: [
    { role: 'system', content: `system ${attack}`, name: `s ${attack}` },
    { role: 'user', content: `user ${attack}`, name: `u ${attack}` },
    {
      role: 'assistant',
      content: `words ${attack}`,
      reasoning_content: `reasoning ${attack}`,
      tool_calls: [call(`called ${attack}`, `{${json}:${json},"deep":[{"x":${json}}]}`, `id ${attack}`)],
      name: `a ${attack}`,
      weight: 0,
    },
    { role: 'tool', content: `result ${attack}`, tool_call_id: `id ${attack}`, name: `t ${attack}` },
    { role: 'tool', content: `stray ${attack}`, tool_call_id: `no call ${attack}` },
    { role: 'assistant', content: `answer ${attack}` },
  ],
  tools: [`{"name":${json},"description":${json},"parameters":{${json}:${json}},${json}:[${json}]}`],
};
