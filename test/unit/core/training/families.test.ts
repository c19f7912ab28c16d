import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { rendererNames, trainOnModes } from '../../../../core/recipe.js';
import { rendererNamed } from '../../../../core/training/families/index.js';
import type { ChatMessage } from '../../../../core/training/rendering/chat.js';
import { promptTokens } from '../../../../core/training/rendering/prompt.js';
import type { Renderer, WrittenMessage } from '../../../../core/training/rendering/renderer.js';
import { supervise } from '../../../../core/training/rendering/supervise.js';
import type { TokenEncoder } from '../../../../core/training/rendering/token-encoder.js';
import { stopOf } from '../../../../core/training/tokens.js';
import {
  goldenConversations,
  goldenFamilies,
  type GoldenCase,
  type GoldenConversation,
  type GoldenFamily,
  type Raised,
} from '../../../support/golden-families.js';
import { goldenEncoder } from '../../../support/golden-tokenizers.js';
import { runsOf } from '../../../support/runs-of.js';

for (const name of rendererNames)
  void test(`${name} has the cookbook's tokens, masks, prompts, tool messages and refusals`, async () => {
    const families = goldenFamilies(name);
    assert.ok(families.length > 0, `there is no golden file of ${name}`);
    for (const family of families) {
      const renderer = rendererNamed(name, { currentDate: family.current_date });
      const encoder = await goldenEncoder(renderer, family.tokenizer);
      assert.deepEqual(factsOf(renderer, encoder), {
        stop: family.stop,
        disables_thinking: family.disables_thinking,
        has_extension_property: family.has_extension_property,
      });
      assert.equal(family.cases.length, goldenConversations.size);
      const differences = family.cases.flatMap((golden) =>
        differencesIn(golden, conversationNamed(golden.name), renderer, encoder),
      );
      assert.deepEqual(differences, [], `${family.renderer} with the tokenizer ${family.tokenizer}`);
    }
  });

void test('tml_v0 writes the thinking effort of its settings as the cookbook does', async () => {
  const [family = assert.fail()] = goldenFamilies('tml_v0');
  const [first = assert.fail()] = goldenConversations.values();
  assert.ok(family.efforts.length > 5);
  for (const { effort, ...golden } of family.efforts) {
    const renderer = rendererNamed('tml_v0', { effort });
    const encoder = await goldenEncoder(renderer, family.tokenizer);
    const found = differencesIn(
      { name: `effort ${effort}`, literal: {}, ...golden },
      first,
      renderer,
      encoder,
    );
    assert.deepEqual(found, []);
  }
});

function factsOf(
  renderer: Renderer,
  encoder: TokenEncoder,
): Pick<GoldenFamily, 'stop' | 'disables_thinking' | 'has_extension_property'> {
  return {
    stop: [...stopOf(renderer, encoder)] as number[] | string[],
    disables_thinking: renderer.disablesThinking,
    has_extension_property: !renderer.rewritesHistory,
  };
}

function conversationNamed(name: string): GoldenConversation {
  return goldenConversations.get(name) ?? assert.fail(`conversations.json has no "${name}"`);
}

/** In a sentence each: where a renderer writes a conversation otherwise than the cookbook. */
function differencesIn(
  { name, prefix, literal, ...recognised }: GoldenCase,
  conversation: GoldenConversation,
  renderer: Renderer,
  encoder: TokenEncoder,
): string[] {
  const { tokens, modes = {}, prompt } = { ...recognised, ...literal };
  const said = (what: string): string => `"${name}": ${what}`;
  const messages = withTools(conversation, renderer);
  if (prefix !== undefined) {
    if ('error' in prefix) return messages === undefined ? [] : [said('tools are not refused')];
    if (messages === undefined) return [said('tools are refused')];
    const declared = messages.slice(0, prefix.length).map(({ role, content }) => ({ role, content }));
    const differs = different(declared, prefix);
    if (differs !== undefined) return [said(`declared tools: ${differs}`)];
  }
  assert.ok(messages !== undefined);
  const found: string[] = [];
  for (const [mode, runs = []] of Object.entries(modes)) {
    const own = supervisedIn(mode, renderer, messages, conversation, encoder);
    const differs = 'error' in runs ? unrefused(own, runs, conversation) : different(own, { tokens, runs });
    if (differs !== undefined) found.push(said(`${mode}: ${differs}`));
  }
  if (prompt !== undefined && !('error' in prompt)) {
    const asked = messages.at(-1)?.role === 'assistant' ? messages.slice(0, -1) : messages;
    const differs = different(promptTokens(renderer, renderer.prepare?.(asked) ?? asked, encoder), prompt);
    if (differs !== undefined) found.push(said(`prompt: ${differs}`));
  }
  return found;
}

/** The messages, with those that declare tools; `undefined` where the renderer has no form for tools. */
function withTools(
  { tools, system, messages }: GoldenConversation,
  { declareTools }: Renderer,
): readonly ChatMessage[] | undefined {
  if (tools === undefined) return messages;
  const declared = declareTools?.(tools, system);
  return declared === undefined
    ? undefined
    : [...declared.map((message): ChatMessage => ({ ...message, from: 'tools' })), ...messages];
}

type Supervised =
  | { readonly tokens: readonly number[]; readonly runs: readonly number[] }
  | { readonly refusal: string };

function supervisedIn(
  mode: string,
  renderer: Renderer,
  messages: readonly ChatMessage[],
  { trainable, messages: { length } }: GoldenConversation,
  encoder: TokenEncoder,
): Supervised {
  const trainOn = trainOnModes.find((each) => each === mode) ?? 'all_messages';
  if (mode !== 'customized' && !(renderer.trainOn?.includes(trainOn) ?? true)) return { refusal: 'train_on' };
  if (mode === 'customized') assert.equal(trainable?.length, length);
  else if (trainable !== undefined) return { refusal: 'flags' };
  const isContext = ({ message: { from } }: WrittenMessage): boolean =>
    trainable !== undefined && (typeof from !== 'number' || trainable[from] !== true);
  const found = supervise(renderer, messages, { trainOn, isContext }, encoder);
  if (typeof found === 'string') return { refusal: found };
  return { tokens: found.tokens, runs: runsOf(found.mask) };
}

/**
 * That a conversation is not refused. Two refusals of the cookbook are none here: flags where the renderer
 * adds a message without one, and a conversation of which tml_v0 trains nothing.
 */
function unrefused(
  found: Supervised,
  { error, message }: Raised,
  { trainable }: GoldenConversation,
): string | undefined {
  if ('refusal' in found || (error === 'AssertionError' && trainable !== undefined)) return undefined;
  return found.runs.length === 1 ? undefined : `is not refused: ${message}`;
}

function different(found: unknown, expected: unknown): string | undefined {
  return isDeepStrictEqual(found, expected)
    ? undefined
    : `${JSON.stringify(found)} in place of ${JSON.stringify(expected)}`;
}
