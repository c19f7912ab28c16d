import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { RendererName } from '../../../../../core/recipe.js';
import { rendererNamed } from '../../../../../core/training/families/index.js';
import type { ChatMessage } from '../../../../../core/training/rendering/chat.js';
import type { DeclaredMessage } from '../../../../../core/training/rendering/renderer.js';

const names = ['gpt_oss_no_sysprompt', 'deepseekv3', 'deepseekv4_1', 'qwen3_5', 'nemotron3'] as const;
const callers = ['deepseekv4_1', 'qwen3_5', 'qwen3_8_medium_reasoning'] as const;

/** Null where the cookbook raises. */
type Declared = Readonly<Record<(typeof names)[number], readonly DeclaredMessage[] | null>> & {
  readonly tools: readonly string[];
  readonly system: string;
};
type Call = Readonly<Record<(typeof callers)[number], string | null>> & { readonly arguments: string };

const path = new URL('../../../../../../test/golden/tool-prompts/tool-prompts.json', import.meta.url);
const golden = JSON.parse(readFileSync(path, 'utf8')) as {
  readonly declared: readonly Declared[];
  readonly calls: readonly Call[];
};

for (const name of names)
  void test(`${name} declares tools in the words of the cookbook, whatever their schemas hold`, () => {
    const { declareTools } = rendererNamed(name);
    assert.ok(declareTools);
    const declared = golden.declared.filter(({ [name]: messages }) => messages !== null);
    assert.ok(declared.length > 50);
    for (const { tools, system, [name]: messages } of declared)
      assert.deepEqual(declareTools(tools, system), messages, tools.join('\n'));
  });

void test('a tool of which only the name is known is declared without words and parameters', () => {
  const declared = (name: (typeof names)[number]): string =>
    JSON.stringify(rendererNamed(name).declareTools?.(['{"name":"now"}'], ''));
  assert.match(declared('gpt_oss_no_sysprompt'), /\{\\n\\ntype now = \(\) => any;\\n\\n\}/);
  assert.match(declared('deepseekv3'), /### now\\nDescription: \\n\\nParameters: \{\}\\n/);
});

/** The text of a message that only calls a tool. */
function textOfCall(name: RendererName, given: string): string {
  const calls = [{ type: 'function', function: { name: 'f', arguments: given } }] as const;
  const user: ChatMessage = { role: 'user', content: 'q', from: 0 };
  const all: ChatMessage[] = [user, { role: 'assistant', content: '', calls, from: 1 }];
  const { messages } = rendererNamed(name).write(all, { bos: null, purpose: 'training', whole: all });
  const last = messages[1]?.output.findLast((piece) => 'text' in piece);
  return last !== undefined && 'text' in last ? last.text : '';
}

for (const name of callers)
  void test(`a call of ${name} has a parameter for each argument, spelt as in the cookbook`, () => {
    const calls = golden.calls.filter(({ [name]: text }) => text !== null);
    assert.ok(calls.length >= 5);
    for (const { arguments: given, [name]: text } of calls)
      assert.equal(
        textOfCall(name === 'deepseekv4_1' ? 'deepseekv4_1_disable_thinking' : name, given),
        text,
        given,
      );
  });

void test('arguments of Qwen3.5 that are no JSON object are an error', () => {
  for (const { arguments: given, qwen3_5: text } of golden.calls)
    if (text === null) assert.throws(() => textOfCall('qwen3_5', given), given);
});

void test('Nemotron 3 declares a parameter of any value by its name, and no description that is null or blank', () => {
  const tool =
    '{"name":"f","description":" ","parameters":{"properties":{"a":true,"b":{"description":null}}}}';
  const [declared] = rendererNamed('nemotron3').declareTools?.([tool], '') ?? [];
  assert.ok(typeof declared?.content === 'string');
  assert.equal(
    /<function>.*?<\/function>/s.exec(declared.content)?.[0],
    '<function>\n<name>f</name>\n<parameters>\n<parameter>\n<name>a</name>\n</parameter>\n<parameter>\n' +
      '<name>b</name>\n</parameter>\n</parameters>\n</function>',
  );
});
