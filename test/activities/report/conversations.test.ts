import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test, type TestContext } from 'node:test';
import { parseHTML } from 'linkedom';
import { openStore } from '../../../activities/artifacts/open-store.js';
import { createReportActivities } from '../../../activities/report/index.js';
import type { Conversation } from '../../../core/convert/conversation/conversation.js';
import { finishedInput, hostile, writeFinishedRun, type Trained } from '../../support/finished-run.js';
import { temporaryFolder } from '../../support/folder.js';
import { agent, attacked, corrected, unclosed } from '../../support/whole-conversations.js';
import { quietWork } from '../../support/work.js';

/** How the report shows conversations that have more than roles and contents. */

async function report(
  context: TestContext,
  conversations: readonly Conversation[],
  trained: Trained = {},
): Promise<{ page: string; document: Document; talks: readonly Element[] }> {
  const out = await temporaryFolder(context);
  const store = await openStore(await writeFinishedRun(out, { conversations, maxTokens: 4_096, ...trained }));
  const { path } = await createReportActivities({ store }).writeReport(finishedInput(out), quietWork());
  const page = await readFile(path, 'utf8');
  const { document } = parseHTML(page);
  return { page, document, talks: [...document.querySelectorAll('.talk')] };
}

function texts(within: Element | undefined, selector: string): string[] {
  return [...(within?.querySelectorAll(selector) ?? [])].map((node) => node.textContent ?? '');
}

/** The messages of a conversation. */
function messagesOf(talk: Element | undefined): readonly Element[] {
  return [...(talk?.querySelectorAll('.message') ?? [])];
}

void test('reasoning is folded, calls have their name and id, and results name the call that they answer', async (context) => {
  const { talks } = await report(context, [agent]);
  const [system, user, calling, first, second, answer] = messagesOf(talks[0]);
  assert.deepEqual(texts(system, '.label'), ['system']);
  assert.deepEqual(texts(user, '.label'), ['user · alice']);
  const reasoning = calling?.querySelector('details.reasoning');
  assert.ok(reasoning !== null && reasoning !== undefined && !reasoning.hasAttribute('open'));
  assert.match(reasoning.querySelector('summary')?.textContent ?? '', /reasoning.*84 characters/s);
  assert.deepEqual(texts(reasoning, '.text'), [agent.messages[2]?.reasoning_content]);
  assert.deepEqual(texts(calling, '.call .label'), ['call get_weather call_1', 'call get_weather call_2']);
  assert.deepEqual(texts(first, '.label'), ['tool · result of get_weather call_1']);
  assert.deepEqual(texts(second, '.label'), ['tool · result of get_weather call_2']);
  assert.deepEqual(texts(answer, 'details.reasoning > .text'), ['Bergen is wet, as ever.']);
});

void test('arguments are laid out on lines, with numbers as they are spelt and members in their order', async (context) => {
  const { talks } = await report(context, [agent]);
  assert.deepEqual(texts(talks[0], '.call pre'), [
    '{"city": "Bergen", "booking": 12345678901234567890, "days": 2.0}',
    '{\n  "city": "Oslo",\n  "10": true,\n  "2": {\n    "units": ["mm", "°C"],\n    "none": []\n  }\n}',
  ]);
});

void test('tools are a folded list with their descriptions and their parameters', async (context) => {
  const { talks } = await report(context, [agent, corrected]);
  const tools = talks[0]?.querySelector('details.tools');
  assert.ok(tools !== null && tools !== undefined && !tools.hasAttribute('open'));
  assert.match(tools.querySelector('summary')?.textContent ?? '', /^2 tools\s+get_weather, book_train$/);
  assert.deepEqual(texts(tools, '.function b'), ['get_weather', 'book_train']);
  assert.deepEqual(texts(tools, '.function > .text'), [
    'The forecast of a town.',
    'Books a seat.\nNeeds a booking number.',
  ]);
  const [weather, booking, strict] = texts(tools, 'pre');
  assert.match(weather ?? '', /"default": 2\.0, "maximum": 1e1\}\n/);
  assert.match(booking ?? '', /"minimum": 10000000000000000000\}\n/);
  assert.equal(strict, 'true');
  assert.equal(talks[1]?.querySelector('details.tools'), null);
});

void test('an answer of weight 0 is called context, and only the other one is marked', async (context) => {
  const { talks } = await report(context, [corrected]);
  const [, bad, , good] = messagesOf(talks[0]);
  assert.deepEqual(texts(bad, '.tag'), ['context, not trained']);
  assert.match(texts(bad, '.context').join(''), /fifty-four/);
  assert.deepEqual(texts(bad, '.trained'), []);
  assert.match(texts(good, '.trained').join(''), /fifty-six/);
  assert.equal(texts(good, '.tag').length, 0);
});

void test('reasoning, words and calls are marked as their tokens are, which are folded below', async (context) => {
  const { talks } = await report(context, [agent, corrected], { renderer: 'qwen3_instruct' });
  const [, , calling, , , answer] = messagesOf(talks[0]);
  // Earlier reasoning is left out, and a turn without its reasoning is context.
  assert.deepEqual(texts(calling, '.trained'), []);
  assert.match(texts(calling, '.reasoning summary').join(''), /left out by the renderer/);
  assert.deepEqual(texts(calling, '.call .context').length, 2);
  assert.deepEqual(texts(answer, '.reasoning .trained'), ['reasoning', 'Bergen is wet, as ever.']);
  assert.deepEqual(texts(answer, ':scope > .text .trained'), ['Take a coat to Bergen; Oslo stays dry.']);
  const tokens = talks[0]?.querySelector('details.tokens');
  assert.ok(tokens !== null && tokens !== undefined && !tokens.hasAttribute('open'));
  const blocks = texts(tokens, '.text');
  assert.equal(blocks.length, 6);
  assert.match(blocks[0] ?? '', /You look things up.*# Tools.*get_weather/s);
  assert.doesNotMatch(blocks[2] ?? '', /Two towns/);
  assert.match(blocks[2] ?? '', /<tool_call>\n\{"name": "get_weather"/);
  assert.match(blocks[3] ?? '', /<tool_response>\n\{"rain": "42 mm"\}/);
  assert.match(texts(tokens, '.trained').join(''), /^<think>Bergen is wet.*dry\.<\|im_end\|>$/);
  assert.equal(talks[1]?.querySelector('details.tokens'), null);
});

void test('the tokens of tools that no message declares come first', async (context) => {
  const [, ...messages] = agent.messages;
  const { talks } = await report(context, [{ ...agent, messages }]);
  const [tools, user] = texts(talks[0], '.tokens .text');
  assert.match(tools ?? '', /system\n# Tools.*book_train/s);
  assert.match(user ?? '', /user\nWill it rain/);
});

void test('a message that is cut in the middle opens the tokens, as only they show where', async (context) => {
  const messages = [
    { role: 'user', content: 'Write it.' },
    { role: 'assistant', content: 'word '.repeat(300), reasoning_content: 'long' },
  ] as const;
  const { talks } = await report(context, [{ messages }], { maxTokens: 100 });
  const [user, answer] = messagesOf(talks[0]);
  assert.deepEqual(texts(user, '.tag'), []);
  assert.deepEqual(texts(answer, '.tag'), ['cut or trained in part: see its tokens']);
  assert.deepEqual(texts(answer, '.trained, .cut'), []);
  assert.ok(talks[0]?.querySelector('details.tokens')?.hasAttribute('open'));
  assert.match(texts(talks[0], '.tokens .trained').join(''), /long.*word/s);
  assert.match(texts(talks[0], '.tokens .cut').join(''), /word/);
});

void test('a conversation that the renderer refuses is shown whole, with the reason and without marks', async (context) => {
  const { talks } = await report(context, [agent], { renderer: 'role_colon' });
  assert.match(texts(talks[0], '.where').join(''), /role_colon has no form for reasoning/);
  assert.equal(talks[0]?.querySelector('.trained, .context, .tokens'), null);
  assert.equal(messagesOf(talks[0]).length, 6);
  assert.deepEqual(texts(talks[0], '.call .label').length, 2);
  assert.match(talks[0]?.textContent ?? '', /Take a coat to Bergen/);
});

void test('markup in every field of a conversation is shown as text and never becomes an element', async (context) => {
  for (const renderer of ['qwen3', 'role_colon'] as const) {
    const { page, document, talks } = await report(context, [attacked, corrected], { renderer });
    assert.equal(document.querySelectorAll('script').length, 1);
    const elements = new Set([...document.querySelectorAll('.talk *')].map(({ localName }) => localName));
    const own = ['b', 'code', 'details', 'div', 'p', 'pre', 'span', 'summary'];
    assert.deepEqual(
      [...elements].filter((name) => !own.includes(name)),
      [],
    );
    assert.equal(document.querySelectorAll('.talk [title], [onerror]').length, 0);
    assert.ok(!page.includes('<script>alert') && !page.includes('<textarea'));
    assert.equal(talks.length, 2);
    assert.equal(messagesOf(talks[0]).length, 6);
    const text = talks[0]?.textContent ?? '';
    const fields = [
      'system',
      's',
      'user',
      'u',
      'words',
      'reasoning',
      'called',
      'id',
      'a',
      'result',
      't',
      'stray',
      'no call',
      'answer',
    ];
    for (const field of fields) assert.ok(text.includes(`${field} ${hostile} ${unclosed}`), field);
    const inJson = JSON.stringify(`${hostile} ${unclosed}`);
    assert.ok(texts(talks[0], '.call pre').join('').includes(`${inJson}: ${inJson}`));
    assert.ok(texts(talks[0], '.function pre').join('').includes(`${inJson}: ${inJson}`));
    assert.deepEqual(texts(talks[0], '.function b'), [`${hostile} ${unclosed}`]);
  }
});

void test('roles, reasoning and calls are counted by source, and all texts have characters', async (context) => {
  const { document } = await report(context, [agent, corrected]);
  const section = [...document.querySelectorAll('section')].find((each) =>
    each.textContent?.startsWith('Languages and roles'),
  );
  const [conversations, messages] = [...(section?.querySelectorAll('table') ?? [])];
  assert.deepEqual(texts(messages, 'thead th').slice(1), [
    'user',
    'assistant',
    'system',
    'tool',
    'with reasoning',
    'calls of tools',
  ]);
  const rows = [...(messages?.querySelectorAll('tbody tr') ?? [])].map((row) => texts(row, 'th, td'));
  assert.deepEqual(rows, [
    ['ultrachat', '1', '2', '1', '2', '2', '2'],
    ['toefl', '2', '2', '0', '0', '0', '0'],
  ]);
  const characters = agent.messages
    .flatMap(({ content, reasoning_content: reasoning = '', tool_calls: calls = [] }) => [
      content,
      reasoning,
      ...calls.map((call) => call.function.arguments),
    ])
    .reduce((sum, text) => sum + text.length, 0);
  assert.equal(texts(conversations, 'tbody tr:first-child td').at(-1), String(characters));
});

void test('many calls, many tools, long and deep arguments are cut, and what is left out is counted', async (context) => {
  const deep = `${'{"a":'.repeat(500)}1${'}'.repeat(500)}`;
  const long = JSON.stringify({ text: 'w'.repeat(50_000) });
  const call = (name: string, text: string) =>
    ({ type: 'function', function: { name, arguments: text } }) as const;
  const big: Conversation = {
    messages: [
      { role: 'user', content: 'Go.' },
      {
        role: 'assistant',
        content: '',
        reasoning_content: 'r'.repeat(50_000),
        tool_calls: [
          call('deep', deep),
          call('long', long),
          ...Array.from({ length: 500 }, () => call('f', '{}')),
        ],
      },
    ],
    tools: Array.from({ length: 300 }, (_, n) => `{"name":"tool_${n}","parameters":{"type":"object"}}`),
  };
  const { page, talks } = await report(context, [big, ...Array.from({ length: 29 }, () => corrected)], {
    maxTokens: 1_000,
  });
  assert.equal(talks.length, 30);
  const text = talks[0]?.textContent ?? '';
  assert.match(text, /and 482 more calls/);
  assert.match(text, /and 260 more tools/);
  assert.match(texts(talks[0], '.reasoning .text').join(''), /r… \(47,000 more characters\)$/);
  assert.match(texts(talks[0], '.call pre')[1] ?? '', /w… \(47,011 more characters\)$/);
  assert.ok(page.length < 500_000, String(page.length));
});

void test('conversations beyond the limit of the page are left out and counted', async (context) => {
  const endless: Conversation = {
    messages: [
      ...Array.from({ length: 200 }, () => ({ role: 'user', content: 'u'.repeat(3_000) }) as const),
      { role: 'assistant', content: 'Yes.' },
    ],
  };
  const { document, talks } = await report(context, [corrected, endless, corrected]);
  assert.equal(talks.length, 2);
  assert.match(document.body.textContent ?? '', /1 other line of these would make the page too long/);
});
