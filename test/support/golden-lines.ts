import assert from 'node:assert/strict';
import { z } from 'zod';
import { canonicalLine, parseCanonicalLine } from '../../core/convert/conversation/canonical-line.js';
import { rendererNames, trainOnModes, type RendererName } from '../../core/recipe.js';
import { rendererNamed } from '../../core/training/families/index.js';
import { forecastTraining } from '../../core/training/forecast.js';
import { tokeniseConversation, tokenisePrompt } from '../../core/training/tokens.js';
import { goldenFamilies } from './golden-families.js';
import { goldenEncoder } from './golden-tokenizers.js';
import { runsOf } from './runs-of.js';

const Written = z.object({
  /** null: refused in every mode. */
  tokens: z.array(z.int()).nullable(),
  /**
   * By mode, lengths of runs of weights, untrained first; the tokens end with the mask, and an empty one
   * trains nothing. null: refused. Absent: the renderer does not have the mode.
   */
  masks: z.partialRecord(z.enum(trainOnModes), z.array(z.int()).nullable()),
  /** The generation prompt of all messages but the last. */
  prompt: z.array(z.int()).nullable(),
});

/** A line of train.jsonl, and what the cookbook's renderers make of it, or raise where they have no rule. */
const GoldenLine = z.object({
  line: z.string(),
  rendered: z.partialRecord(z.enum(rendererNames), z.union([Written, z.object({ raised: z.string() })])),
});
export const GoldenLines = z.object({
  /** By renderer, the name of its tokenizer. */
  tokenizers: z.partialRecord(z.enum(rendererNames), z.string()),
  cases: z.array(GoldenLine),
});
export type GoldenLines = z.infer<typeof GoldenLines>;

export interface Compared {
  /** Lines that the cookbook has written or refused. */
  readonly lines: number;
  /** Lines and modes that are refused. */
  readonly refused: number;
  /** Lines that the cookbook has no rule for; they are tokenised all the same. */
  readonly raised: number;
}

/** Compares what a renderer makes of lines with what the cookbook does. */
export async function compareWithGolden(
  name: RendererName,
  { tokenizers, cases }: GoldenLines,
): Promise<Compared> {
  const [family = assert.fail(`there is no golden file of ${name}`)] = goldenFamilies(name);
  const renderer = rendererNamed(name, { currentDate: family.current_date });
  const encoder = await goldenEncoder(renderer, tokenizers[family.renderer] ?? family.tokenizer);
  const compared = { lines: 0, refused: 0, raised: 0 };
  for (const { line, rendered } of cases) {
    const golden = rendered[family.renderer];
    if (golden === undefined) continue;
    const conversation = parseCanonicalLine(line);
    assert.equal(canonicalLine(conversation), line);
    if ('raised' in golden) {
      compared.raised += 1;
      const found = tokeniseConversation(renderer, conversation, 'all_assistant_messages', encoder);
      assert.ok(found.tokens.length > 0 || found.refusal !== undefined, line);
      continue;
    }
    compared.lines += 1;
    const modes = trainOnModes.filter((mode) => renderer.trainOn?.includes(mode) ?? true);
    for (const mode of modes) {
      const mask: readonly number[] | null | undefined = golden.tokens === null ? null : golden.masks[mode];
      const found = tokeniseConversation(renderer, conversation, mode, encoder);
      const where = `${name}, ${mode}: ${line}`;
      assert.ok(mask !== undefined, where);
      if (mask === null) compared.refused += 1;
      assert.equal(found.refusal !== undefined, mask === null, where);
      if (mask?.length === 0) assert.ok(!found.mask.includes(1), where);
      else {
        const length: number = mask?.reduce((sum, run) => sum + run, 0) ?? 0;
        assert.deepEqual(found.tokens, golden.tokens?.slice(0, length) ?? [], where);
        assert.deepEqual(runsOf(found.mask), mask ?? [0], where);
      }
      const rules = { trainOn: mode, examples: 'conversation' } as const;
      const [forecast] = Object.keys(forecastTraining(renderer, rules, [conversation]).refused);
      assert.equal(forecast, found.refusal, `without a tokenizer, ${where}`);
    }
    const before = { ...conversation, messages: conversation.messages.slice(0, -1) };
    if (golden.prompt !== null)
      assert.deepEqual(tokenisePrompt(renderer, before, encoder), golden.prompt, `${name}, prompt: ${line}`);
  }
  return compared;
}
