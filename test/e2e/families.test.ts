import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { z } from 'zod';
import type { RendererName } from '../../core/recipe.js';
import { writeRandomModel } from '../../dev/tinker/model/random-model.js';
import { assertOutput } from '../support/command.js';
import { writeRecipe } from '../support/recipes.js';
import { useServers } from '../support/servers.js';
import { openTerminal, type Terminal } from '../support/terminal.js';
import { tinyVocabulary, writeTinyTokenizer, type TokenizerFile } from '../support/tiny-tokenizers.js';

const modelName = 'headrace/tiny-family';
let terminal: Terminal;
const servers = useServers({
  setUp: async () => {
    terminal = await openTerminal(servers(), 'families', 'sources: []\n', 1);
    await writeLines(join(terminal.folder, 'plain.jsonl'), true);
    await writeLines(join(terminal.folder, 'whole.jsonl'), false);
  },
  tearDown: () => terminal.close(),
  modelDir: async (folder) => {
    const dir = join(folder, 'model');
    await writeRandomModel(dir, { name: modelName, vocabSize: tinyVocabulary });
    return dir;
  },
});

const Answer = z.object({ answer: z.string() });

interface Family {
  readonly renderer: RendererName;
  readonly file?: TokenizerFile;
  readonly bos?: string;
  /** Further lines of `train`. */
  readonly train?: string;
  /** What the terminal says at the start. */
  readonly says?: RegExp;
  /** Without reasoning and tools, which the renderer refuses. */
  readonly plain?: boolean;
}

/** One renderer of each family, with the form in which the family's tokenizer comes. */
const families: readonly Family[] = [
  { renderer: 'role_colon', plain: true },
  { renderer: 'llama3', bos: '<|begin_of_text|>', plain: true },
  { renderer: 'qwen3_5' },
  { renderer: 'qwen3_5', train: '  examples: turn\n' },
  { renderer: 'qwen3_8_xhigh_reasoning' },
  { renderer: 'nemotron3_ultra' },
  { renderer: 'gpt_oss_medium_reasoning', train: '  current_date: 2026-11-27\n', says: /2026-11-27/ },
  { renderer: 'deepseekv3_thinking', bos: '<｜begin▁of▁sentence｜>' },
  { renderer: 'deepseekv4_1', bos: '<｜begin▁of▁sentence｜>' },
  { renderer: 'glm5_3_max_reasoning' },
  { renderer: 'kimi_k25', file: 'tiktoken.model' },
  { renderer: 'tml_v0', file: 'o200k_base.tiktoken', train: '  thinking_effort: 0.2\n', says: /0\.2/ },
];

for (const {
  renderer,
  file = 'tokenizer.json',
  bos = null,
  train = '',
  says = /./,
  plain = false,
} of families)
  void test(`${renderer} trains from start to sampler weights and an answer${train && `, with ${train.trim()}`}`, async () => {
    const name = `${renderer.replaceAll('_', '-')}${train.includes('turn') ? '-turns' : ''}`;
    const folder = join(terminal.folder, name);
    const recipe = await writeRecipe(folder, recipeOf(name, renderer, train, plain));
    await writeTinyTokenizer(join(folder, 'tokenizer'), renderer, file, bos);
    const ended = await terminal.run('start', recipe, '--wait');
    assertOutput(ended, 0, says, new RegExp(String.raw`tinker://\S+/sampler_weights/${name}-final`));
    const losses = /step 0: (\d+\.\d+) +step 2: (\d+\.\d+)/.exec(ended.stdout);
    assert.ok(Number(losses?.[2]) < Number(losses?.[1]), ended.stdout);
    const sampled = await terminal.run('sample', name, 'How is the weather?', '--json');
    assertOutput(sampled, 0);
    assert.doesNotThrow(() => Answer.parse(JSON.parse(sampled.stdout)), sampled.stdout);
  });

function recipeOf(name: string, renderer: RendererName, train: string, plain: boolean): string {
  return `name: ${name}
seed: 5
sources:
  - { name: lines, files: ${plain ? 'plain' : 'whole'}.jsonl }
train:
  base_model: ${modelName}
  renderer: ${renderer}
  tokenizer: ./${name}/tokenizer
  lora: { rank: 8, seed: 1 }
  batch_size: 4
  max_tokens: 1500
  learning_rate: 5.0e-3
  max_steps: 3
  checkpoint_every: 3
  prompts: [How is the weather?]
${train}`;
}

/**
 * Conversations with reasoning in every turn, some of them with a tool that is called; or with words alone.
 * Few and short, since a token is a byte.
 */
async function writeLines(path: string, plain: boolean): Promise<void> {
  const rows = Array.from({ length: 14 }, (_, row) => conversation(row, plain));
  await writeFile(path, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
}

function conversation(row: number, plain: boolean): object {
  const city = `town ${row}`;
  const reasoning = plain ? {} : { reasoning_content: 'It is sunny.' };
  const answer = { role: 'assistant', content: 'Sunny.', ...reasoning };
  const again = [{ role: 'user', content: 'And tomorrow?' }, answer];
  if (plain || row % 6 !== 1)
    return { messages: [{ role: 'user', content: `How is the weather in ${city}?` }, answer, ...again] };
  const call = {
    id: 'functions.weather:0',
    type: 'function',
    function: { name: 'weather', arguments: { city } },
  };
  return {
    messages: [
      { role: 'user', content: `How is the weather in ${city}?` },
      { ...answer, content: '', tool_calls: [call] },
      { role: 'tool', content: 'sun', name: 'weather', tool_call_id: call.id },
      answer,
      ...again,
    ],
    tools: [
      {
        type: 'function',
        function: {
          name: 'weather',
          description: 'The weather',
          parameters: { type: 'object', properties: { city: { type: 'string' } } },
        },
      },
    ],
  };
}
