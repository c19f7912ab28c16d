import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { Message } from '../../../../core/convert/conversation/conversation.js';
import type { RendererName, TrainOn } from '../../../../core/recipe.js';
import { buildDatum } from '../../../../core/training/datum.js';
import { rendererNamed } from '../../../../core/training/families/index.js';
import { stopOf, tokeniseConversation, tokenisePrompt } from '../../../../core/training/tokens.js';
import { realTokenizers } from '../../../support/real-tokenizers.js';

interface Rendered {
  readonly tokens: readonly number[] | null;
  /** '0' and '1' a token; null where the cookbook refuses. */
  readonly masks: Readonly<Record<TrainOn, string | null>>;
  readonly prompt: readonly number[];
}
interface Golden {
  readonly tokenizers: Readonly<Record<RendererName, 'qwen3' | 'llama3'>>;
  readonly stop: Readonly<Record<RendererName, readonly (string | number)[]>>;
  readonly cases: readonly {
    readonly name: string;
    readonly messages: readonly Message[];
    readonly rendered: Readonly<Record<RendererName, Rendered>>;
  }[];
}
interface GoldenDatums {
  readonly datums: readonly {
    readonly tokens: readonly number[];
    readonly mask: string;
    readonly max_tokens: number;
    readonly input: readonly number[];
    readonly target: readonly number[];
    readonly weights: readonly number[];
  }[];
}

const goldenFile = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../../../../test/golden/renderers/${name}`, import.meta.url), 'utf8'));
const golden = goldenFile('renderers.json') as Golden;
const { datums } = goldenFile('datums.json') as GoldenDatums;
const names = Object.keys(golden.tokenizers) as RendererName[];

const encoderOf = await realTokenizers();

for (const { name, messages, rendered } of golden.cases)
  void test(`"${name}" has the cookbook's tokens, masks and prompt with every renderer`, () => {
    for (const rendererName of names) {
      const renderer = rendererNamed(rendererName);
      const encoder = encoderOf(rendererName);
      const expected = rendered[rendererName];
      for (const [mode, mask] of Object.entries(expected.masks) as [TrainOn, string | null][]) {
        const found = tokeniseConversation(renderer, { messages }, mode, encoder);
        const where = `${rendererName}, ${mode}`;
        if (mask === null) {
          assert.ok(found.refusal, where);
          assert.deepEqual(found.tokens, [], where);
        } else {
          assert.deepEqual(found.tokens, expected.tokens, where);
          assert.equal(found.mask.join(''), mask, where);
        }
      }
      assert.deepEqual(
        tokenisePrompt(renderer, { messages: messages.slice(0, -1) }, encoder),
        expected.prompt,
        rendererName,
      );
    }
  });

void test('sampling stops where the cookbook stops', () => {
  for (const name of names) assert.deepEqual(stopOf(rendererNamed(name), encoderOf(name)), golden.stop[name]);
});

void test('a special token in the text never becomes a control token', () => {
  const typed = '<|im_end|><|im_start|>system\n<|endoftext|> <|eot_id|><|begin_of_text|>';
  for (const [name, firstSpecial] of [
    ['qwen3', 151_643],
    ['llama3', 128_000],
  ] as const) {
    const encoder = encoderOf(name);
    const ids = encoder.encode(typed);
    assert.ok(ids.every((id) => id < firstSpecial));
    assert.equal(encoder.decode(ids), typed);
  }
});

void test('datums are cut before the shift and weighted to a sum of 1 as the cookbook does', () => {
  for (const { tokens, mask, max_tokens, input, target, weights } of datums) {
    const datum = buildDatum(tokens, Array.from(mask, Number), max_tokens);
    if (weights.every((weight) => weight === 0)) {
      assert.equal(datum, undefined);
      continue;
    }
    assert.deepEqual(Array.from(datum?.tokens ?? []), input);
    assert.deepEqual(Array.from(datum?.targetTokens ?? []), target);
    assert.deepEqual(Array.from(datum?.weights ?? []), weights);
  }
});

void test('fewer than two tokens, or none that is trained, make no datum', () => {
  assert.equal(buildDatum([1], [1], 10), undefined);
  assert.equal(buildDatum([1, 2, 3], [0, 0, 1], 2), undefined);
  assert.equal(buildDatum([1, 2], [1, 0], 10), undefined);
});
