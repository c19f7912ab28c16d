import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseHTML } from 'linkedom';
import { createReportActivities } from '../../../activities/report/index.js';
import { ThreadPool } from '../../../activities/threads/thread-pool.js';
import { createTokeniseActivities } from '../../../activities/tokenise/index.js';
import { shippedModelDir } from '../../../dev/stack/shipped.js';
import { finishedInput } from '../../support/finished-run.js';
import { workbench } from '../../support/local-sources.js';
import { train } from '../../support/mix-artifact.js';
import { quietWork } from '../../support/work.js';
import { planTokens } from '../../support/plan-tokens.js';

/** Rows of a small source as OpenAI's fine-tuning format has them, with reasoning beside them. */
const rows = [
  `{"tools": [{"type": "function", "function": {"name": "find", "description": "Finds a book.", "parameters": {"type": "object", "properties": {"shelf": {"type": "integer", "maximum": 12345678901234567890}}}}}],
    "messages": [{"role": "user", "content": "Where is the book?"},
      {"role": "assistant", "content": null, "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "find", "arguments": {"shelf": 12345678901234567890, "weight": 40.0}}}]},
      {"role": "tool", "tool_call_id": "c1", "content": "on the shelf"},
      {"role": "assistant", "reasoning_content": "The shelf, then.", "content": "It is on the shelf."}]}`,
  `{"messages": [{"role": "user", "content": "What is two and two?"},
      {"role": "assistant", "content": "Five.", "weight": 0},
      {"role": "user", "content": "Try again."},
      {"role": "assistant", "content": "Four.", "weight": 1}]}`,
  '{"messages": [{"role": "user", "content": "Hello."}, {"role": "assistant", "content": "Hello to you."}]}',
].map((row) => row.replaceAll(/\n\s*/g, ''));

void test('a source with reasoning, calls and weights is on the page as it is in the mix, and marked as it is trained', async () => {
  const bench = await workbench();
  const file = join(await bench.folder(), 'rows.jsonl');
  await writeFile(file, `${rows.join('\n')}\n`);
  const mixed = await bench.mixFiles([file]);
  const activities = createTokeniseActivities({
    store: bench.store,
    tokenizers: { developmentModelDir: async () => await Promise.resolve(shippedModelDir) },
    threads: new ThreadPool(1),
  });
  const work = quietWork();
  const { plan, pieces } = await planTokens(activities, mixed.plan, { train: train() });
  await activities.tokenisePieces({ plan, from: 0, to: pieces.items }, work);
  const tokens = await activities.finishTokens({ plan }, work);
  const { path } = await createReportActivities({ store: bench.store }).writeReport(
    { ...finishedInput(mixed.out), sources: [], mix: mixed, tokens, training: null },
    work,
  );

  const { document } = parseHTML(await readFile(path, 'utf8'));
  const talks = [...document.querySelectorAll('.talk')];
  assert.equal(talks.length, 3);
  const talk = (words: string): Element => {
    const found = talks.find(({ textContent }) => textContent?.includes(words));
    assert.ok(found !== undefined, words);
    return found;
  };
  const texts = (within: Element, selector: string): string[] =>
    [...within.querySelectorAll(selector)].map(({ textContent }) => textContent ?? '');
  const book = talk('Where is the book?');
  assert.deepEqual(texts(book, '.function > .text'), ['Finds a book.']);
  assert.match(texts(book, '.function pre').join(''), /"maximum": 12345678901234567890/);
  assert.deepEqual(texts(book, '.call pre .trained'), ['{"shelf": 12345678901234567890, "weight": 40.0}']);
  assert.deepEqual(texts(book, '.message.tool .label'), ['tool · result of find c1']);
  assert.deepEqual(texts(book, '.reasoning .trained'), ['reasoning', 'The shelf, then.']);
  assert.deepEqual(texts(talk('two and two'), '.tag'), ['context, not trained']);
  assert.doesNotMatch(texts(talk('two and two'), '.trained').join(''), /Five/);
  assert.match(texts(talk('two and two'), '.trained').join(''), /Four/);
  const trained = talks.map((each) => /(\d+) trained on/.exec(texts(each, '.where').join(''))?.[1]);
  assert.equal(
    trained.reduce((sum, number) => sum + Number(number), 0),
    tokens.trainedTokens,
  );
});
