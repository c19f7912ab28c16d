import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test, type TestContext } from 'node:test';
import { parseHTML } from 'linkedom';
import { openStore } from '../../../activities/artifacts/store.js';
import { createReportActivities } from '../../../activities/report/index.js';
import type { Conversation } from '../../../core/convert/conversation.js';
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
  const [, user, calling, first, second, answer] = messagesOf(talks[0]);
  assert.deepEqual(texts(user, '.label'), ['alice']);
  const reasoning = calling?.querySelector('details.reasoning');
  assert.ok(reasoning !== null && reasoning !== undefined && !reasoning.hasAttribute('open'));
  assert.match(reasoning.querySelector('summary')?.textContent ?? '', /reasoning.*85 characters/s);
  assert.deepEqual(texts(reasoning, '.text'), [agent.messages[2]?.reasoning_content]);
  assert.deepEqual(texts(calling, '.call .label'), ['call get_weather call_1', 'call get_weather call_2']);
  assert.deepEqual(texts(first, '.label'), ['tool · result of get_weather call_1']);
  assert.deepEqual(texts(second, '.label'), ['tool · result of get_weather call_2 · get_weather']);
  assert.deepEqual(texts(answer, 'details.reasoning > .text'), ['Bergen is wet, as ever.']);
});

void test('arguments are laid out on lines, with numbers as they are spelt and members in their order', async (context) => {
  const { talks } = await report(context, [agent]);
  assert.deepEqual(texts(talks[0], '.call pre'), [
    '{\n  "city": "Bergen",\n  "booking": 12345678901234567890,\n  "days": 2.0\n}',
    '{\n  "city": "Oslo",\n  "10": true,\n  "2": {\n    "units": [\n      "mm",\n      "°C"\n    ],\n    "none": []\n  }\n}',
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
  assert.match(weather ?? '', /"default": 2\.0,\n\s+"maximum": 1e1\n/);
  assert.match(booking ?? '', /"minimum": 10000000000000000000\n/);
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

void test('reasoning and calls are marked as their tokens are', async (context) => {
  const { talks } = await report(context, [agent], { renderer: 'qwen3_instruct' });
  const [system, , calling, result, , answer] = messagesOf(talks[0]);
  // Earlier reasoning is left out, and a turn without its reasoning is context.
  assert.deepEqual(texts(calling, '.trained'), []);
  assert.match(texts(calling, '.reasoning summary').join(''), /left out by the renderer/);
  assert.deepEqual(texts(calling, '.call .context').length, 2);
  assert.doesNotMatch(texts(calling, '.tokens').join(''), /Two towns/);
  assert.match(texts(calling, '.tokens').join(''), /<tool_call>\n\{"name": "get_weather"/);
  assert.match(texts(result, '.tokens').join(''), /<tool_response>\n\{"rain": "42 mm"\}/);
  assert.match(texts(system, '.tokens').join(''), /# Tools.*get_weather/s);
  assert.deepEqual(texts(answer, '.reasoning .trained'), ['reasoning', 'Bergen is wet, as ever.']);
  assert.deepEqual(texts(answer, ':scope > .text .trained'), ['Take a coat to Bergen; Oslo stays dry.']);
  assert.match(texts(answer, '.tokens .trained').join(''), /<think>Bergen is wet/);
});

void test('tools that no message declares are marked with the tools', async (context) => {
  const [, ...messages] = agent.messages;
  const { talks } = await report(context, [{ ...agent, messages }]);
  assert.match(texts(talks[0], '.tools .tokens').join(''), /system\n# Tools.*book_train/s);
});

void test('a message that is cut in the middle shows its tokens, as only they tell where', async (context) => {
  const messages = [
    { role: 'user', content: 'Say it.' },
    { role: 'assistant', content: 'word '.repeat(300), reasoning_content: 'long' },
  ] as const;
  const { talks } = await report(context, [{ messages }], { maxTokens: 100 });
  const [, answer] = messagesOf(talks[0]);
  assert.ok(answer?.querySelector('details.tokens')?.hasAttribute('open'));
  assert.deepEqual(texts(answer, ':scope > .text .trained, :scope > .text .cut'), []);
  assert.match(texts(answer, '.tokens .trained').join(''), /long.*word/s);
  assert.match(texts(answer, '.tokens .cut').join(''), /word/);
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
    assert.equal(document.querySelectorAll('style').length, 1);
    assert.equal(document.querySelectorAll('img, textarea, [onerror], b[title]').length, 0);
    assert.ok(!page.includes('<script>alert') && !page.includes('<textarea'));
    assert.equal(talks.length, 2);
    assert.equal(messagesOf(talks[0]).length, 6);
    const text = talks[0]?.textContent ?? '';
    const fields = ['system', 's', 'user', 'u', 'words', 'reasoning', 'called', 'id', 'a', 'result', 't', 'stray', 'no call', 'answer'];
    for (const field of fields) assert.ok(text.includes(`${field} ${hostile} ${unclosed}`), field);
    const inJson = JSON.stringify(`${hostile} ${unclosed}`);
    assert.ok(texts(talks[0], '.call pre').join('').includes(`${inJson}: ${inJson}`));
    assert.ok(texts(talks[0], '.function pre').join('').includes(`${inJson}: ${inJson}`));
    assert.deepEqual(texts(talks[0], '.function b'), [`${hostile} ${unclosed}`]);
  }
});

void test('roles, reasoning and calls are counted by source, and a mix without them has no column for them', async (context) => {
  const heads = (document: Document): string[] =>
    texts(
      [...document.querySelectorAll('section')].find((section) => section.textContent?.includes('Languages and')),
      'thead th',
    );
  const { document } = await report(context, [agent, corrected]);
  const all = heads(document);
  assert.ok(['tool', 'with reasoning', 'calls'].every((head) => all.includes(head)), all.join());
  const row = [...document.querySelectorAll('section')]
    .find((section) => section.textContent?.includes('Languages and'))
    ?.querySelector('tbody tr');
  const cells = texts(row ?? undefined, 'th, td');
  const cell = (head: string): string | undefined => cells[all.indexOf(head)];
  assert.deepEqual(
    ['source', 'assistant', 'tool', 'with reasoning', 'calls', 'a conversation'].map(cell),
    ['ultrachat', '2', '2', '2', '2', '6'],
  );
  const characters = agent.messages.reduce(
    (sum, { content, reasoning_content: reasoning = '', tool_calls: calls = [] }) =>
      sum + content.length + reasoning.length + calls.reduce((all_, { function: { arguments: text } }) => all_ + text.length, 0),
    0,
  );
  assert.equal(cell('characters'), String(characters));
  const plain = await report(context, [corrected]);
  assert.deepEqual(heads(plain.document).filter((head) => ['tool', 'with reasoning', 'calls'].includes(head)), []);
});

void test('many calls, many tools, long and deep arguments are cut, and what is left out is counted', async (context) => {
  const deep = `${'{"a":'.repeat(2_000)}1${'}'.repeat(2_000)}`;
  const long = JSON.stringify({ text: 'w'.repeat(50_000) });
  const call = (name: string, text: string) => ({ type: 'function', function: { name, arguments: text } }) as const;
  const big: Conversation = {
    messages: [
      { role: 'user', content: 'Go.' },
      {
        role: 'assistant',
        content: '',
        reasoning_content: 'r'.repeat(50_000),
        tool_calls: [call('deep', deep), call('long', long), ...Array.from({ length: 500 }, () => call('f', '{}'))],
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
