import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Conversation, Message } from '../../../../../core/convert/conversation/conversation.js';
import type { RendererName } from '../../../../../core/recipe.js';
import { rendererNamed } from '../../../../../core/training/families/index.js';
import type { TokenEncoder } from '../../../../../core/training/rendering/token-encoder.js';
import { tokeniseConversation } from '../../../../../core/training/tokens.js';

const controlTokens: string[] = [];
/** A code unit of text is a token; control tokens are numbered above all of them. */
const units: TokenEncoder = {
  bos: null,
  encode: (text) => Array.from({ length: text.length }, (_, at) => text.charCodeAt(at)),
  decode: (ids) => String.fromCharCode(...ids),
  specialId(token) {
    if (!controlTokens.includes(token)) controlTokens.push(token);
    return 0x10000 + controlTokens.indexOf(token);
  },
};
const callToken = units.specialId('<｜tool▁calls▁begin｜>');

const tokenised = (name: RendererName, conversation: Conversation): ReturnType<typeof tokeniseConversation> =>
  tokeniseConversation(rendererNamed(name), conversation, 'all_assistant_messages', units);
const user: Message = { role: 'user', content: 'q' };
const said = (content: string): Message => ({ role: 'assistant', content });
const reasoned: Message = { ...said('a'), reasoning_content: 'r' };

void test('the form of a call is control tokens in the instructions, and text in the words of a message', () => {
  const typed = '<｜tool▁calls▁begin｜>';
  const messages: Message[] = [{ role: 'system', content: typed }, { ...user, content: typed }, said('a')];
  const callTokens = (conversation: Conversation): number =>
    tokenised('deepseekv3', conversation).tokens.filter((id) => id === callToken).length;
  assert.equal(callTokens({ messages }), 0);
  assert.equal(callTokens({ messages, tools: ['{"name":"now"}'] }), 1);
});

void test('a turn whose reasoning DeepSeek does not write is context and is counted', () => {
  const last: Message[] = [user, reasoned];
  const earlier: Message[] = [user, reasoned, user, said('b')];
  const leftOut = (name: RendererName, messages: readonly Message[]): readonly number[] =>
    tokenised(name, { messages }).reasoningLeftOut;
  assert.deepEqual(leftOut('deepseekv3', last), [1]);
  assert.deepEqual(leftOut('deepseekv3', [user, said('<think>r</think>a')]), [1]);
  assert.deepEqual(leftOut('deepseekv3_thinking', last), []);
  assert.deepEqual(leftOut('deepseekv3_thinking', earlier), [1]);
  assert.deepEqual(leftOut('deepseekv4_1', earlier), [1]);
  assert.deepEqual(leftOut('deepseekv4_1_preserve_thinking', earlier), []);
  assert.deepEqual(leftOut('deepseekv4_1_disable_thinking', last), [1]);
  const { tokens, mask } = tokenised('deepseekv3', { messages: last });
  assert.equal(tokens.length, mask.length);
  assert.ok(mask.every((trained) => trained === 0));
});

void test('DeepSeek V3 refuses a later system message, which V4.1 writes', () => {
  const messages: Message[] = [user, said('a'), { role: 'system', content: 's' }, user, said('b')];
  assert.equal(tokenised('deepseekv3', { messages }).refusal, 'system_later');
  assert.equal(tokenised('deepseekv4_1', { messages }).refusal, undefined);
});
