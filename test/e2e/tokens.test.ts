import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { before, test } from 'node:test';
import { z } from 'zod';
import { programPath } from '../../client/command-line/program-path.js';
import { canonicalLine } from '../../core/convert/conversation/canonical-line.js';
import type { Conversation } from '../../core/convert/conversation/conversation.js';
import { roles } from '../../core/convert/conversation/roles.js';
import { packagePath } from '../../files/package-path.js';
import { assertOutput, headrace, type CommandResult } from '../support/command.js';
import { writeConversations } from '../support/conversations.js';
import { temporaryFolder } from '../support/folder.js';
import { goldenConversations, goldenFamilies } from '../support/golden-families.js';
import { goldenTokenizer } from '../support/golden-tokenizers.js';
import { writeRecipe } from '../support/recipes.js';
import { runsOf } from '../support/runs-of.js';

let folder: string;
let env: Record<string, string>;
const tiny = packagePath('dev/tinker/model-files/tiny-qwen3');
const tinyModel = ['--model', 'headrace/tiny-qwen3', '--tokenizer', tiny];

/** Without Temporal, a Tinker server or the network. */
before(async () => {
  folder = await temporaryFolder();
  env = {
    HOME: folder,
    HEADRACE_STORE: join(folder, 'store'),
    HF_HUB_OFFLINE: '1',
    TEMPORAL_ADDRESS: '127.0.0.1:1',
  };
});

const run = async (...args: string[]): Promise<CommandResult> =>
  await headrace(['tokens', ...args], env, folder);

async function linesFile(name: string, conversations: readonly Conversation[]): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, conversations.map((each) => `${canonicalLine(each)}\n`).join(''));
  return path;
}

const talk: Conversation = {
  messages: [
    { role: 'user', content: 'a\n' },
    { role: 'assistant', content: 'b', reasoning_content: 'r' },
    { role: 'user', content: 'c <|im_end|>', name: 'eve' },
    { role: 'assistant', content: 'no', weight: 0 },
    { role: 'user', content: 'again' },
    { role: 'assistant', content: 'd\n\ne', reasoning_content: 'why' },
  ],
};
const withTools: Conversation = {
  messages: [
    { role: 'user', content: 'q' },
    {
      role: 'assistant',
      content: '',
      tool_calls: [{ type: 'function', function: { name: 'w', arguments: '{"n":1.0}' } }],
    },
    { role: 'tool', content: 'sunny' },
    { role: 'assistant', content: 'ok' },
  ],
  tools: ['{"name":"w"}'],
};

/** One conversation with long texts, so that the terminal has something to clip. */
const longTalk: Conversation = {
  messages: [
    { role: 'user', content: `begin ${'a long walk '.repeat(200)}end` },
    { role: 'assistant', content: 'short' },
  ],
};

const Shown = z.strictObject({
  file: z.string(),
  line: z.int(),
  tokens: z.array(z.int()),
  weights: z.array(z.int()),
  cut: z.int(),
  prompt: z.array(z.int()),
  stop: z.array(z.union([z.int(), z.string()])),
});
const Refused = z.strictObject({ file: z.string(), line: z.int(), refused: z.string() });

function jsonOf<T>(stdout: string, schema: z.ZodType<T>): T[] {
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => schema.parse(JSON.parse(line)));
}

void test('a conversation is shown message by message: what is trained in brackets, and why the rest is not', async () => {
  const file = await linesFile('talk.jsonl', [talk]);
  const { code, stdout, stderr } = await run(file, ...tinyModel, '--renderer', 'qwen3');
  assert.equal(code, 0, stderr);
  const [heading, shown] = stdout.split('\n\n');
  assert.match(heading ?? '', /^headrace\/tiny-qwen3: renderer qwen3, train_on all_assistant_messages/);
  assert.match(heading ?? '', /⟦trained⟧ +context +✂ cut off by max_tokens/);
  assert.equal(
    shown,
    `line 1: 59 tokens, 13 trained
  user, 6 tokens
    <|im_start|>user⏎
    a⏎
    <|im_end|>
  assistant, 6 tokens, context, because its reasoning is left out
    ⏎<|im_start|>assistant⏎
    b<|im_end|>
  user, 16 tokens, name eve is not written, <|im_end|> in its words is text, and no special token
    ⏎<|im_start|>user⏎
    c <|im_end|><|im_end|>
  assistant, 7 tokens, context by weight 0
    ⏎<|im_start|>assistant⏎
    no<|im_end|>
  user, 7 tokens
    ⏎<|im_start|>user⏎
    again<|im_end|>
  assistant, 17 tokens, 13 trained
    ⏎<|im_start|>assistant⏎
    ⟦<think>⏎
    why⏎
    </think>⏎
    ⏎
    d⏎
    ⏎
    e<|im_end|>⟧
  prompt, 46 tokens: as above, up to …<|im_end|>⏎<|im_start|>user⏎again<|im_end|>⏎<|im_start|>assistant⏎
  stop <|im_end|> (1277)
`,
  );
});

void test('with an example a turn, each example is shown with the message that it trains, as text and as JSON', async () => {
  const file = await linesFile('turns.jsonl', [talk, longTalk]);
  const args = [file, ...tinyModel, '--renderer', 'qwen3', '--examples', 'turn'];
  assertOutput(
    await run(...args),
    0,
    /^headrace\/tiny-qwen3: renderer qwen3, train_on all_assistant_messages, examples turn, /,
    /\nline 1, the example of message 2: 19 tokens, 9 trained\n/,
    /⟦<think>⏎\n {4}r⏎\n {4}<\/think>⏎\n {4}⏎\n {4}b<\|im_end\|>⟧\n {2}prompt, /,
    /\nline 1, the example of message 6: 59 tokens, 13 trained\n/,
    /\n2 conversations, 3 examples: [\d,]+ tokens, \d+ trained\n/,
  );
  const shown = jsonOf((await run(...args, '--json')).stdout, Shown.extend({ message: z.int() }));
  assert.deepEqual(
    shown.map(({ line, message }) => [line, message]),
    [
      [1, 2],
      [1, 6],
      [2, 2],
    ],
  );
  for (const { tokens, weights, prompt } of shown)
    assert.deepEqual(prompt, tokens.slice(0, weights.indexOf(1)), 'the prompt is what is not trained');
});

void test('tools, calls and results are shown as they are written', async () => {
  const { code, stdout } = await run(await linesFile('tools.jsonl', [withTools]), ...tinyModel);
  assert.equal(code, 0);
  assert.match(stdout, /\n {2}tools, \d+ tokens\n {4}<\|im_start\|>system⏎\n {4}# Tools⏎/);
  assert.ok(
    stdout.includes(
      '⟦<tool_call>⏎\n    {"name": "w", "arguments": {"n": 1.0}}⏎\n    </tool_call><|im_end|>⟧\n  tool, ',
    ),
    stdout,
  );
});

void test('what the renderer refuses is shown with the reason, as text and as JSON', async () => {
  const file = await linesFile('refused.jsonl', [talk, withTools, longTalk]);
  const args = [file, ...tinyModel, '--renderer', 'role_colon'];
  const asText = await run(...args);
  assertOutput(
    asText,
    0,
    /\nline 1: refused: role_colon has no form for reasoning\n {2}user: a\n {2}reasoning: r\n/,
    /\nline 2: refused: role_colon has no form for tools/,
    /\n3 conversations: [\d,]+ tokens, \d+ trained; 2 refused\n/,
  );
  const [first, second, third] = jsonOf((await run(...args, '--json')).stdout, z.union([Refused, Shown]));
  assert.deepEqual(first, { file, line: 1, refused: 'role_colon has no form for reasoning' });
  assert.ok(second !== undefined && 'refused' in second);
  assert.deepEqual(third !== undefined && 'stop' in third ? third.stop : [], ['\n\nUser:']);
});

/** One renderer with each tokenizer. */
const ofEachTokenizer = [
  'llama3',
  'qwen3',
  'qwen3_5',
  'nemotron3',
  'gpt_oss_no_sysprompt',
  'deepseekv3',
  'deepseekv4_1',
  'glm5_3_low_reasoning',
  'kimi_k25',
  'tml_v0',
] as const;

/** Conversations of the golden files that lines of train.jsonl can hold as they are. */
const plain = [...goldenConversations].flatMap(([name, { messages, tools, trainable }]) => {
  const found = messages.flatMap(({ role, content, calls }) => {
    const known = roles.find((each) => each === role);
    const isPlain = known !== undefined && known !== 'tool' && calls === undefined;
    return isPlain && typeof content === 'string' ? [{ role: known, content }] : [];
  });
  const isWhole = found.length === messages.length && tools === undefined && trainable === undefined;
  return isWhole ? [{ name, messages: found }] : [];
});

void test('--json has the tokens, weights, prompt and stop of the Tinker cookbook, with each tokenizer', async () => {
  const file = await linesFile('golden.jsonl', plain);
  assert.ok(plain.length > 30);
  for (const renderer of ofEachTokenizer) {
    const [golden = assert.fail(renderer)] = goldenFamilies(renderer);
    const model = ['--model', 'any/model', '--renderer', renderer];
    const tokenizer = ['--tokenizer', goldenTokenizer(golden.tokenizer)];
    const { code, stdout, stderr } = await run(file, ...model, ...tokenizer, '--rows', '1000', '--json');
    assert.equal(code, 0, stderr);
    const found = jsonOf(stdout, z.union([Shown, Refused]));
    assert.equal(found.length, plain.length);
    for (const [at, { name, messages }] of plain.entries()) {
      const { literal, ...recognised } = golden.cases.find((each) => each.name === name) ?? assert.fail(name);
      const { tokens, modes = {}, prompt } = { ...recognised, ...literal };
      const runs = modes.all_assistant_messages;
      const shown = found[at] ?? assert.fail();
      const where = `${renderer}, "${name}"`;
      if (runs === undefined || 'error' in runs || messages.at(-1)?.role !== 'assistant') continue;
      assert.ok('tokens' in shown, where);
      // deepseekv3 cuts think blocks out; a turn that loses its reasoning is context here alone.
      const losesReasoning = messages.some(
        ({ role, content }) => role === 'assistant' && /<think>\s*\S.*<\/think>/s.test(content),
      );
      const weights = renderer === 'deepseekv3' && losesReasoning ? runsOf(shown.weights) : runs;
      assert.deepEqual(
        { ...shown, weights: runsOf(shown.weights) },
        { file, line: at + 1, tokens, weights, cut: 0, prompt, stop: golden.stop },
        where,
      );
    }
  }
});

void test('rows of a recipe are written as it trains, before anything was run, and a source that fails hides no other', async () => {
  await mkdir(join(folder, 'data'), { recursive: true });
  const rows = [
    { conversations: [{ from: 'human', value: 'q' }] },
    {
      conversations: [
        { from: 'human', value: 'q' },
        { from: 'gpt', value: 'bad', weight: 0 },
        { from: 'human', value: 'again' },
        { from: 'gpt', value: 'good' },
      ],
      context: 'what it is about',
    },
    { conversations: [{ from: 'human', value: 'q' }] },
    {
      conversations: [
        { from: 'human', value: 'q' },
        { from: 'gpt', value: 'other' },
      ],
    },
  ];
  await writeFile(join(folder, 'data/agents.jsonl'), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  const recipe = await writeRecipe(
    join(folder, 'rows'),
    `name: rows
sources: [{ name: agents, files: data/agents.jsonl }, { name: gone, files: data/nothing.jsonl }]
train: { base_model: headrace/tiny-qwen3, tokenizer: ${tiny}, learning_rate: 0.001, train_on: all_messages }
`,
  );
  assertOutput(
    await run(recipe),
    1,
    /renderer qwen3_instruct, train_on all_messages/,
    /\n── agents ── .*agents\.jsonl, format sharegpt, of the first rows: 2 no_assistant, 2 converted\n/,
    /\nagents: in the first 4 rows: not read, .*\n {2}context +in 1 of 2 conversations/,
    /\nrow 2: \d+ tokens, \d+ trained\n {2}user, .* trained\n {4}<\|im_start\|>user⏎\n {4}⟦q<\|im_end\|>⟧\n/,
    /\n {2}assistant, \d+ tokens, context by weight 0\n {4}⏎<\|im_start\|>assistant⏎\n {4}bad<\|im_end\|>\n/,
    /\n── gone ──\nFileNotFoundError: /,
  );
  assertOutput(await run(recipe, '--source', 'agents', '--line', '3'), 0, /\nrow 3: no_assistant\n\nrow 4: /);
  assertOutput(
    await run(recipe, '--source', 'agents', '--line', '5'),
    1,
    /UsageError: agents has no conversation from row 5 of .* on \(the first 4 rows were read\)/,
  );
  const one = await run(
    recipe,
    '--source',
    'agents',
    '--set',
    'train.train_on=last_assistant_message',
    '-n',
    '1',
    '--json',
  );
  assert.equal(one.code, 0, one.stderr);
  const [shown] = jsonOf(
    one.stdout,
    z.looseObject({ source: z.literal('agents'), row: z.literal(2), weights: z.array(z.int()) }),
  );
  assert.match(shown?.weights.join('') ?? '', /^0+111$/);
});

void test('lines of the mix of a recipe are written as it trains', async () => {
  await writeConversations(join(folder, 'chats.jsonl'), 30, 3);
  const recipe = await writeRecipe(
    join(folder, 'mixed'),
    `name: mixed
sources: [{ name: chats, files: chats.jsonl }]
train: { base_model: headrace/tiny-qwen3, tokenizer: ${tiny}, learning_rate: 0.001, max_tokens: 20 }
`,
  );
  assertOutput(await headrace(['mix', recipe], env, folder), 0);
  const lines = (await readFile(join(folder, 'runs/mixed/train.jsonl'), 'utf8')).trimEnd().split('\n');
  const file = 'runs/mixed/train.jsonl';
  const { code, stdout, stderr } = await run(recipe, file, '--line', '17', '-n', '2', '--json');
  assert.equal(code, 0, stderr);
  const found = jsonOf(stdout, Shown);
  assert.deepEqual(
    found.map(({ line }) => line),
    [17, 18],
  );
  assert.ok(
    found.every(({ tokens, weights, cut }) => tokens.length === 20 && weights.length === 20 && cut > 0),
  );
  const { content = '' } =
    z.object({ messages: z.array(z.object({ content: z.string() })) }).parse(JSON.parse(lines[16] ?? ''))
      .messages[0] ?? {};
  assertOutput(
    await run(recipe, file, '--line', '17', '-n', '1'),
    0,
    /\nline 17: \d+ tokens, \d+ cut off, none trained: a training leaves it out\n/,
    new RegExp(content.slice(0, 10)),
    /✂/,
  );
});

void test('long texts are clipped with a count, unless --full; --ids lists every token', async () => {
  const file = await linesFile('long.jsonl', [longTalk]);
  const clipped = await run(file, ...tinyModel);
  assert.match(clipped.stdout, /user⏎\n {4}begin a long walk .*\[… 1,864 characters …\].*end<\|im_end\|>\n/);
  const full = await run(file, ...tinyModel, '--full');
  assert.ok(full.stdout.includes(longTalk.messages[0]?.content ?? '-'));
  const ids = await run(file, ...tinyModel, '--ids');
  assert.match(ids.stdout, /\n +0 +1276 context <\|im_start\|>\n +1 +342 context "user"\n/);
  assert.match(ids.stdout, /trained <\|im_end\|>\n {2}prompt/);
});

/** Runs the command with this standard input, which ends behind it where `ends`. */
function withInput(args: readonly string[], input: string, ends: boolean) {
  const child = spawn(process.execPath, [programPath, 'tokens', ...args], {
    cwd: folder,
    env: { PATH: process.env['PATH'], ...env },
  });
  child.stdin.write(input);
  if (ends) child.stdin.end();
  return child;
}

void test('standard input is read as lines, and a reader that has enough ends the command without a message', async () => {
  const input = `${canonicalLine(longTalk)}\n`.repeat(2_000);
  const child = withInput(['-', ...tinyModel, '-n', '2000', '--json'], input, true);
  child.stdin.on('error', () => undefined);
  const [first] = (await once(child.stdout, 'data')) as [Buffer];
  assert.match(first.toString('utf8'), /^\{"file":"standard input","line":1,"tokens":\[/);
  child.stdout.destroy();
  const [said, [code]] = await Promise.all([text(child.stderr), once(child, 'close')]);
  assert.deepEqual({ said, code }, { said: '', code: 141 });
});

void test('Ctrl-C ends the command with exit code 130', async () => {
  const child = withInput(['-', ...tinyModel], `${canonicalLine(longTalk)}\n`, false);
  let shown = '';
  child.stdout.on('data', (piece: Buffer) => {
    shown += piece.toString('utf8');
    if (shown.includes('line 1')) child.kill('SIGINT');
  });
  const [said, [code]] = await Promise.all([text(child.stderr), once(child, 'close')]);
  assert.deepEqual({ said, code }, { said: 'Interrupted.\n', code: 130 });
});

/** The output on a terminal. */
async function onTerminal(args: readonly string[], own: Record<string, string>): Promise<string> {
  const python = 'import os,pty,sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))';
  const child = spawn('python3', ['-c', python, process.execPath, programPath, 'tokens', ...args], {
    cwd: folder,
    env: { PATH: process.env['PATH'], ...env, TERM: 'xterm-256color', ...own },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [shown, [code]] = await Promise.all([text(child.stdout), once(child, 'close')]);
  assert.equal(code, 0, shown);
  return shown;
}

void test('a terminal shows what is trained in green and special tokens inverse; with NO_COLOR, in brackets', async () => {
  const args = [await linesFile('colour.jsonl', [longTalk]), ...tinyModel];
  const coloured = await onTerminal(args, {});
  assert.ok(coloured.includes('\u001b[32mshort\u001b[39m\u001b[32m\u001b[7m<|im_end|>'), coloured);
  assert.ok(!coloured.includes('⟦'));
  const withoutColour = await onTerminal(args, { NO_COLOR: '1' });
  assert.ok(withoutColour.includes('⟦short<|im_end|>⟧'), withoutColour);
  assert.ok(!withoutColour.includes('\u001b'));
});

void test('each mistake has its error: what was found, where, what is expected and what to do', async () => {
  const file = await linesFile('mistakes.jsonl', [talk]);
  const plainLine = canonicalLine(longTalk);
  const notCanonical = async (line: string): Promise<CommandResult> => {
    const path = join(folder, 'bad.jsonl');
    await writeFile(path, `${plainLine}\n${line}\n`);
    return await run(path, ...tinyModel);
  };
  const expected = /Expected is a line as in train\.jsonl.*\nRows of other shapes are converted first/;
  for (const [line, found] of [
    [
      '{"messages":[{"role":"user","content":null}]}',
      /Line 2 of .*bad\.jsonl has null as messages\[0\]\.content/,
    ],
    ['{"messages":[{"role":"bot","content":"a"}]}', /Line 2 of .* has "bot" as messages\[0\]\.role/],
    [
      '{"messages":[{"role":"user","content":"a","train":false}]}',
      /Line 2 of .* has the key messages\[0\]\.train/,
    ],
    ['{"messages":[{"role":"assistant","content":"a","weight":1}]}', /has 1 as messages\[0\]\.weight/],
    ['{"prompt":"a","response":"b"}', /has nothing as messages/],
    ['{"messages":[]}', /Line 2 of .* has no messages/],
    ['{"messages":', /Line 2 of .* is not JSON/],
  ] as const)
    assertOutput(await notCanonical(line), 1, /FormatError: /, found, expected);
  const recipe = await writeRecipe(
    join(folder, 'data-job'),
    'name: data-job\nsources: [{ name: a, files: a.jsonl }]\n',
  );
  for (const [args, code, ...texts] of [
    [['nothing.jsonl', ...tinyModel], 1, /FileNotFoundError: There is no file nothing\.jsonl/],
    [[folder, ...tinyModel], 1, /FileNotFoundError: .* is a folder/],
    [[file, ...tinyModel, '--line', '2'], 2, /has 1 line, and no conversation from line 2 on/],
    [[file], 2, /names no base model, and there is no --model/],
    [[recipe], 2, /recipe\.yaml names no base model/],
    [
      [file, '--model', 'x/y'],
      1,
      /BaseModelError: The base model x\/y is not in the table of models/,
      /with --renderer/,
    ],
    [
      [file, '--model', 'Qwen/Qwen3-8B', '--tokenizer', './data'],
      1,
      /data has no tokenizer; expected tokenizer\.json/,
      /with --tokenizer|--tokenizer:/,
    ],
    [[file, ...tinyModel, '--renderer', 'llama3'], 1, /has no token <\|eot_id\|>, which the renderer needs/],
    [[file, ...tinyModel, '--renderer', 'chatml'], 2, /expected one of role_colon, llama3/],
    [[file, ...tinyModel, '-n', '0'], 2, /expected a whole number of 1 or more/],
    [[file, ...tinyModel, '--source', 'a'], 2, /--source names a source of a recipe/],
    [[file, ...tinyModel, '--set', 'seed=1'], 2, /--set is given without a recipe/, /Put the recipe first/],
    [[file, file, ...tinyModel], 2, /is given without a recipe/],
  ] as const)
    assertOutput(await run(...args), code, ...texts);
});
