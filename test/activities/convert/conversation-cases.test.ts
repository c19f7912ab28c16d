import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { defined } from '../../../core/defined.js';
import { rejectMeanings } from '../../../scripts/docs/reject-meanings.js';
import { conversationCases, type ConversationCase } from '../../support/conversation-cases.js';
import { workbench } from '../../support/local-sources.js';

const { mixFiles, folder } = await workbench();

const plain = '{"messages":[{"role":"user","content":"plain"},{"role":"assistant","content":"a"}]}';

/** Mixes a file of rows, and reads its list of rejects. */
async function mixed(
  name: string,
  text: string,
  { format, options }: Pick<ConversationCase, 'format' | 'options'>,
) {
  const path = join(await folder(), name);
  await writeFile(path, text);
  const result = await mixFiles([path], { max_reject_fraction: 1, format, ...defined(options) });
  const [summary] = result.summaries;
  assert.ok(summary !== undefined);
  const rejects = (await readFile(join(result.out, 'rejects.jsonl'), 'utf8')).split('\n').slice(0, -1);
  return { summary, lines: result.lines, rejects: rejects.map((line) => JSON.parse(line) as unknown) };
}

for (const given of conversationCases)
  void test(`case ${given.case} as JSON Lines and as a JSON list: ${given.name}`, async () => {
    for (const [name, text] of [
      ['a.jsonl', `${given.row}\n`],
      ['a.json', `[\n  ${given.row}\n]`],
    ] as const) {
      const { summary, lines, rejects } = await mixed(name, text, given);
      const { unread, blankSystem, trailing, rejectedBy } = summary;
      assert.deepEqual(lines, given.line === null ? [] : [given.line], name);
      const unit = name === 'a.json' ? 'row' : 'line';
      const rejected = {
        source: 's',
        file: name,
        [unit]: 1,
        reason: given.reason,
        text: given.row.slice(0, 200),
      };
      assert.deepEqual(rejects, given.reason === null ? [] : [rejected]);
      assert.deepEqual(
        { unread, blankSystem, trailing, rejectedBy },
        {
          unread: Object.fromEntries(given.unread.map((field) => [field, 1])),
          blankSystem: given.blank_system,
          trailing: given.trailing,
          rejectedBy: given.reason === null ? {} : { [given.reason]: 1 },
        },
        name,
      );
    }
  });

void test('each reason is in rejects.jsonl with the place and the text of the row', async () => {
  for (const [reason, { example }] of Object.entries(rejectMeanings)) {
    if (example === undefined) continue;
    const { format, row } = example;
    const { rejects, summary } = await mixed('a.jsonl', `${plain}\n${row}\n`, { format, options: {} });
    assert.deepEqual(rejects.at(-1), {
      source: 's',
      file: 'a.jsonl',
      line: 2,
      reason,
      text: row.slice(0, 200),
    });
    assert.equal(summary.rejectedBy[reason as keyof typeof rejectMeanings], 1);
  }
});

void test('a format is detected where the list is JSON in a text, and where an answer is calls alone', async () => {
  const inText = JSON.stringify({
    messages: JSON.stringify([
      JSON.stringify({ role: 'user', content: 'q' }),
      { role: 'assistant', content: 'a' },
    ]),
  });
  const dir = await folder();
  const [list, calls] = [join(dir, 'list.jsonl'), join(dir, 'calls.jsonl')];
  await writeFile(list, `${inText}\n`);
  await writeFile(calls, '{"query":"q","answers":"[{\\"name\\":\\"w\\"}]"}\n');
  const [first] = (await mixFiles([list])).summaries;
  assert.deepEqual([first?.format, first?.converted], ['messages', 1]);
  const read = await mixFiles([calls], { fields: { prompt: 'query', tool_calls: 'answers' } });
  assert.match(
    read.lines[0] ?? '',
    /"tool_calls":\[\{"type":"function","function":\{"name":"w","arguments":"\{\}"\}\}\]/,
  );
  const [second] = read.summaries;
  assert.equal(second?.formatReason, 'detected: columns `query`, `answers`');
  // Only optional names: the usual columns are tried, too.
  const [third] = (await mixFiles([calls], { fields: { tool_calls: 'answers' } })).summaries;
  assert.equal(third?.formatReason, 'detected: columns `query`, `answers`');
});
