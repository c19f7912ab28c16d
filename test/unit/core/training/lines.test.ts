import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { parseCanonicalLine } from '../../../../core/convert/canonical-line.js';
import { rendererNames, type RendererName, type TrainOn } from '../../../../core/recipe.js';
import { forecastRefusals } from '../../../../core/training/refusal-forecast.js';
import { rendererNamed } from '../../../../core/training/renderers.js';
import { tokeniseConversation, tokenisePrompt } from '../../../../core/training/tokens.js';
import { realTokenizers } from '../../../support/real-tokenizers.js';

interface Golden {
  readonly cases: readonly {
    readonly name: string;
    /** A line of train.jsonl. */
    readonly line: string;
    readonly rendered: Readonly<
      Record<
        RendererName,
        {
          /** null: refused in every mode. */
          readonly tokens: readonly number[] | null;
          /** '0' and '1' a token; null: refused. */
          readonly masks: Readonly<Record<TrainOn, string | null>>;
          readonly prompt: readonly number[] | null;
        }
      >
    >;
  }[];
}

const path = new URL('../../../../../test/golden/renderers/lines.json.gz', import.meta.url);
const { cases } = JSON.parse(gunzipSync(readFileSync(path)).toString('utf8')) as Golden;

const encoderOf = await realTokenizers();

for (const name of rendererNames)
  void test(`${name} has the cookbook's tokens, masks, prompts and refusals, which are foreseen without a tokenizer, on lines with reasoning, tools and weights`, () => {
    const renderer = rendererNamed(name);
    const encoder = encoderOf(name);
    const found = { rendered: 0, refused: 0 };
    for (const { name: which, line, rendered } of cases) {
      const conversation = parseCanonicalLine(line);
      const expected = rendered[name];
      for (const [mode, mask] of Object.entries(expected.masks) as [TrainOn, string | null][]) {
        const tokenised = tokeniseConversation(renderer, conversation, mode, encoder);
        const where = `${which}, ${mode}: ${line}`;
        found[mask === null ? 'refused' : 'rendered'] += 1;
        assert.equal(tokenised.refusal !== undefined, mask === null, where);
        assert.deepEqual(tokenised.tokens, mask === null ? [] : expected.tokens, where);
        assert.equal(tokenised.mask.join(''), mask ?? '', where);
        const [forecast] = forecastRefusals(name, mode, [conversation]);
        assert.equal(forecast?.reason, tokenised.refusal, where);
      }
      const before = { ...conversation, messages: conversation.messages.slice(0, -1) };
      if (expected.prompt !== null)
        assert.deepEqual(tokenisePrompt(renderer, before, encoder), expected.prompt, `${which}: ${line}`);
    }
    assert.ok(found.rendered > 500 && found.refused >= (name.startsWith('qwen3') ? 0 : 500));
  });
