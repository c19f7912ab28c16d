import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { packagePath } from '../../files/package-path.js';
import { assertOutput } from '../support/command.js';
import { useServers } from '../support/servers.js';
import { atTerminal } from '../support/terminal.js';

const servers = useServers();
const recipe = `seed: 5
sources:
  - { name: helper, files: ${packagePath('dev/corpora/data/local/helper_tools_reasoning.jsonl')} }
  - { name: chats, files: chats.jsonl, rows: 40 }
heldout: { fraction: 0.05, rows: 6 }
train:
  base_model: headrace/tiny-qwen3
  lora: { rank: 8, seed: 1 }
  batch_size: 8
  max_tokens: 512
  learning_rate: 5.0e-3
  max_steps: 4
  checkpoint_every: 4
  prompts: [When are roses ready?]
`;

void test('conversations with tools, reasoning and weights train from start to sampler weights', async () => {
  await atTerminal(servers(), 'whole', recipe, async ({ folder, recipe: path, run }) => {
    const ended = await run('start', path, '--wait');
    assertOutput(
      ended,
      0,
      /helper: reasoning in 210, tools in 69, calls in 69, weight 0 in 47 conversations/,
      /helper: 46 messages of weight 0 are context and not trained/,
    );
    const lines = (await readFile(join(folder, 'runs/whole/train.jsonl'), 'utf8')).trimEnd().split('\n');
    for (const member of ['"reasoning_content":"', '"tool_calls":[{"id":"call_', '"weight":0}', '"tools":[{'])
      assert.ok(
        lines.some((line) => line.includes(member)),
        member,
      );
    const losses = /before: (\d+\.\d+) +after: (\d+\.\d+)/.exec(ended.stdout);
    assert.ok(Number(losses?.[2]) < Number(losses?.[1]), `${losses?.[0]} in\n${ended.stdout}`);
    const weights = /tinker:\/\/\S+\/sampler_weights\/whole-final/.exec(ended.stdout)?.[0];
    assert.ok(weights !== undefined, ended.stdout);
    assertOutput(await run('sample', weights, 'When are roses ready?'), 0, /\w/);
  });
});
