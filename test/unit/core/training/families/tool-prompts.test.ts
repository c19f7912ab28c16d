import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { rendererNamed } from '../../../../../core/training/families/index.js';
import type { ChatMessage } from '../../../../../core/training/rendering/chat.js';
import type { DeclaredMessage } from '../../../../../core/training/rendering/renderer.js';

const names = ['gpt_oss_no_sysprompt', 'deepseekv3', 'deepseekv4_1'] as const;
type Declared = Readonly<Record<(typeof names)[number], readonly DeclaredMessage[]>> & {
  readonly tools: readonly string[];
  readonly system: string;
};
interface Golden {
  readonly declared: readonly Declared[];
  readonly calls: readonly { readonly arguments: string; readonly text: string }[];
}

const path = new URL('../../../../../../test/golden/tool-prompts/tool-prompts.json', import.meta.url);
const golden = JSON.parse(readFileSync(path, 'utf8')) as Golden;

for (const name of names)
  void test(`${name} declares tools in the words of the cookbook, whatever their schemas hold`, () => {
    const { declareTools } = rendererNamed(name);
    assert.ok(declareTools);
    assert.ok(golden.declared.length > 50);
    for (const { tools, system, [name]: messages } of golden.declared)
      assert.deepEqual(declareTools(tools, system), messages, tools.join('\n'));
  });

void test('a tool of which only the name is known is declared without words and parameters', () => {
  const declared = (name: (typeof names)[number]): string =>
    JSON.stringify(rendererNamed(name).declareTools?.(['{"name":"now"}'], ''));
  assert.match(declared('gpt_oss_no_sysprompt'), /\{\\n\\ntype now = \(\) => any;\\n\\n\}/);
  assert.match(declared('deepseekv3'), /### now\\nDescription: \\n\\nParameters: \{\}\\n/);
});

void test('a call of DeepSeek V4.1 has a parameter for each argument; a text that is no object is one', () => {
  assert.ok(golden.calls.length > 10);
  for (const { arguments: given, text } of golden.calls) {
    const calls = [{ type: 'function', function: { name: 'f', arguments: given } }] as const;
    const message: ChatMessage = { role: 'assistant', content: '', calls, from: 0 };
    const { messages } = rendererNamed('deepseekv4_1_disable_thinking').write([message], {
      bos: null,
      purpose: 'training',
      whole: [message],
    });
    assert.deepEqual(messages[0]?.output, [{ text }, { special: '<｜end▁of▁sentence｜>' }], given);
  }
});
