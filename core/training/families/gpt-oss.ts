import type { RendererName } from '../../recipe.js';
import { reasoningOf, wordsOf, type ChatMessage } from '../rendering/chat.js';
import { isOfSeveralTexts } from '../rendering/message-form.js';
import {
  markupTokens,
  type Piece,
  type Renderer,
  type RendererFactory,
  type WrittenChat,
  type WrittenMessage,
} from '../rendering/renderer.js';
import { declareTools, internalSystem } from './gpt-oss-tools.js';

type GptOssName = Extract<RendererName, `gpt_oss_${string}`>;

/**
 * gpt-oss in OpenAI's Harmony format. A turn has channels: reasoning in `analysis`, calls and the words
 * before them in `commentary`, the answer in `final`. Reasoning of every turn is kept, but the last turn ends
 * otherwise than earlier ones. Three of the renderers put OpenAI's system message in front, with the effort
 * of reasoning and a date; a system message of the conversation stays behind it, as the developer's
 * instructions.
 */
export const gptOssRenderers: Readonly<Record<GptOssName, RendererFactory>> = {
  gpt_oss_no_sysprompt: () => withoutSystem('gpt_oss_no_sysprompt'),
  gpt_oss_low_reasoning: ({ currentDate }) => withSystem('gpt_oss_low_reasoning', 'low', currentDate),
  gpt_oss_medium_reasoning: ({ currentDate }) =>
    withSystem('gpt_oss_medium_reasoning', 'medium', currentDate),
  gpt_oss_high_reasoning: ({ currentDate }) => withSystem('gpt_oss_high_reasoning', 'high', currentDate),
};

function withoutSystem(name: GptOssName): Renderer {
  return {
    name,
    textTokens: markupTokens,
    stop: { tokens: ['<|return|>', '<|call|>'] },
    hasReasoning: true,
    disablesThinking: false,
    rewritesHistory: true,
    declareTools,
    resultMembers: ['name'],
    write,
    refusal: (messages) => (messages.some(isOfSeveralTexts) ? 'parts' : undefined),
    answer: finalWords,
  };
}

/** @param date - `YYYY-MM-DD`. Messages cannot be prepared without it. */
function withSystem(name: GptOssName, effort: string, date: string | undefined): Renderer {
  return {
    ...withoutSystem(name),
    prepare(messages) {
      if (date === undefined) throw new Error(`${name} writes a date, and its settings have no currentDate`);
      return [{ role: internalSystem, content: systemWords(effort, date), from: 'renderer' }, ...messages];
    },
  };
}

/** From `GptOssRenderer.system_prompt_content`. */
function systemWords(effort: string, date: string): string {
  return `You are ChatGPT, a large language model trained by OpenAI.
Knowledge cutoff: 2024-06
Current date: ${date}

Reasoning: ${effort}

# Valid channels: analysis, commentary, final. Channel must be included for every message.`;
}

function write(messages: readonly ChatMessage[]): WrittenChat {
  return {
    start: [],
    messages: messages.map((message, index) => written(message, index === messages.length - 1)),
    generation: header('assistant'),
  };
}

function written(message: ChatMessage, isLast: boolean): WrittenMessage {
  const { role, content, name = '' } = message;
  const words = wordsOf(content);
  switch (role) {
    case 'assistant':
      return { message, header: header(role), output: turnOf(message, isLast) };
    case 'tool': {
      const from = `functions.${name === '' ? 'unknown' : name} to=assistant`;
      return { message, header: header(from), output: channel('commentary', words) };
    }
    case 'system':
      return { message, header: header('developer'), output: body(`# Instructions\n\n${words}\n\n`) };
    case internalSystem:
      return { message, header: header('system'), output: body(words) };
    default:
      return { message, header: header(role), output: body(words) };
  }
}

function header(role: string): Piece[] {
  return [{ special: '<|start|>' }, { text: role }];
}

function body(words: string, end = '<|end|>'): Piece[] {
  return [{ special: '<|message|>' }, { text: words }, { special: end }];
}

function channel(name: string, words: string, end?: string): Piece[] {
  return [{ special: '<|channel|>' }, { text: name }, ...body(words, end)];
}

/** The channels of a turn. Each behind the first one opens the turn again. */
function turnOf({ content, calls = [] }: ChatMessage, isLast: boolean): Piece[] {
  const reasoning = reasoningOf(content) ?? '';
  const words = wordsOf(content);
  const channels: { readonly recipient: string; readonly pieces: readonly Piece[] }[] = [];
  if (reasoning !== '') channels.push({ recipient: '', pieces: channel('analysis', reasoning) });
  if (calls.length === 0)
    channels.push({ recipient: '', pieces: channel('final', words, isLast ? '<|return|>' : '<|end|>') });
  else if (words !== '') channels.push({ recipient: '', pieces: channel('commentary', words) });
  for (const { function: called } of calls)
    channels.push({ recipient: ` to=functions.${called.name}`, pieces: callPieces(called.arguments) });
  return channels.flatMap(({ recipient, pieces }, index) => [
    // The role and the recipient are one text for the tokenizer.
    ...(index === 0 ? [{ text: recipient }] : header(`assistant${recipient}`)),
    ...pieces,
  ]);
}

function callPieces(given: string): Piece[] {
  return [
    { special: '<|channel|>' },
    { text: 'commentary ' },
    { special: '<|constrain|>' },
    { text: 'json' },
    ...body(given, '<|call|>'),
  ];
}

/** The words of the final channel. A text without one, such as a call or a turn that is cut off, as it is. */
function finalWords(text: string): string {
  const final = /<\|channel\|>final\b.*?<\|message\|>(.*?)(?:<\|end\|>|$)/s.exec(text)?.[1];
  return (final ?? text).trim();
}
