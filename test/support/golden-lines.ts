import assert from 'node:assert/strict';
import { z } from 'zod';
import { canonicalLine, parseCanonicalLine } from '../../core/convert/conversation/canonical-line.js';
import { rendererNames, trainOnModes, type RendererName } from '../../core/recipe.js';
import { forecastTraining } from '../../core/training/forecast.js';
import { rendererNamed } from '../../core/training/families/index.js';
import { tokeniseConversation, tokenisePrompt } from '../../core/training/tokens.js';
import { realTokenizers } from './real-tokenizers.js';

/** A line of train.jsonl, and what the cookbook's renderers make of it. */
export const GoldenLine = z.object({
  line: z.string(),
  rendered: z.partialRecord(
    z.enum(rendererNames),
    z.object({
      /** null: refused in every mode. */
      tokens: z.array(z.int()).nullable(),
      /** '0' and '1' a token; null: refused. */
      masks: z.partialRecord(z.enum(trainOnModes), z.string().nullable()),
      /** The generation prompt of all messages but the last. */
      prompt: z.array(z.int()).nullable(),
    }),
  ),
});
export type GoldenLine = z.infer<typeof GoldenLine>;

const encoderOf = await realTokenizers();

/** Compares what a renderer makes of lines with what the cookbook does. Returns how many were refused. */
export function compareWithGolden(name: RendererName, lines: readonly GoldenLine[]): number {
  const renderer = rendererNamed(name);
  const encoder = encoderOf(name);
  let refused = 0;
  for (const { line, rendered } of lines) {
    const conversation = parseCanonicalLine(line);
    assert.equal(canonicalLine(conversation), line);
    const golden = rendered[name] ?? assert.fail(`the golden files have no ${name}`);
    const { tokens, masks, prompt } = golden;
    for (const mode of trainOnModes) {
      const mask = masks[mode];
      if (mask === undefined) continue;
      const found = tokeniseConversation(renderer, conversation, mode, encoder);
      const where = `${mode}: ${line}`;
      if (mask === null) refused += 1;
      assert.equal(found.refusal !== undefined, mask === null, where);
      assert.deepEqual(found.tokens, mask === null ? [] : tokens, where);
      assert.equal(found.mask.join(''), mask ?? '', where);
      const rules = { trainOn: mode, examples: 'conversation' } as const;
      const [forecast] = Object.keys(forecastTraining(renderer, rules, [conversation]).refused);
      assert.equal(forecast, found.refusal, `without a tokenizer, ${where}`);
    }
    const before = { ...conversation, messages: conversation.messages.slice(0, -1) };
    if (prompt !== null) assert.deepEqual(tokenisePrompt(renderer, before, encoder), prompt, line);
  }
  return refused;
}
