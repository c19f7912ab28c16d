import type { Conversation, Message } from '../convert/conversation/conversation.js';
import type { TrainOn } from '../recipe.js';
import type { PartContent, Place, Renderer } from './renderer.js';

/** A part of a rendered conversation. `weight` 1: the message and `train_on` have it trained. */
export type Part = PartContent & {
  readonly weight: 0 | 1;
  /**
   * Index of its message. `tools`: the system message that declares the tools, where the conversation has
   * none of its own. Absent on what opens the conversation.
   */
  readonly message?: number | 'tools';
};

export interface RenderedConversation {
  readonly parts: readonly Part[];
  /** Index of the part with which the last message's content begins. */
  readonly lastContentAt: number;
  /** Indices of the messages whose reasoning is left out. */
  readonly reasoningLeftOut: readonly number[];
}

/** A message as it is rendered, and where it is from. */
interface Written {
  readonly message: Message;
  readonly from: number | 'tools';
}

/** The messages with the tools in the content of a system message, which comes first. */
function writtenMessages(
  { systemWithTools }: Renderer,
  { messages, tools = [] }: Conversation,
): readonly Written[] {
  const written = messages.map((message, from) => ({ message, from }));
  if (systemWithTools === undefined || tools.length === 0) return written;
  const [first] = messages;
  if (first?.role !== 'system')
    return [{ message: { role: 'system', content: systemWithTools('', tools) }, from: 'tools' }, ...written];
  // The words declare them already, as in Hermes' data.
  if (first.content.includes('<tools>')) return written;
  const content = systemWithTools(first.content, tools);
  return [{ message: { ...first, content }, from: 0 }, ...written.slice(1)];
}

function lastUserIndexOf(written: readonly Written[]): number {
  return written.findLastIndex(({ message }) => message.role === 'user');
}

function placesOf(written: readonly Written[]): (Written & { readonly place: Place })[] {
  const lastUserIndex = lastUserIndexOf(written);
  const isLast = (index: number): boolean => index === written.length - 1;
  return written.map((each, index) => ({ ...each, place: { index, isLast: isLast(index), lastUserIndex } }));
}

/**
 * A conversation, with the weight of each part.
 *
 * @param conversation - one that the renderer has a form for.
 */
export function renderConversation(
  renderer: Renderer,
  conversation: Conversation,
  trainOn: TrainOn,
  bos: string | null,
): RenderedConversation {
  const parts: Part[] = renderer.start(bos).map((part) => ({ ...part, weight: 0 }));
  const reasoningLeftOut: number[] = [];
  let lastContentAt = 0;
  const written = writtenMessages(renderer, conversation);
  const turnStart = lastUserIndexOf(written.slice(0, -1)) + 1;
  for (const { message, from, place } of placesOf(written)) {
    const { header, output, overlap = [], leavesOutReasoning } = renderer.message(message, place);
    const inMode = isTrained(message, place, trainOn, turnStart);
    // A turn without its reasoning is not what the data says: it is context.
    const weight = inMode && message.weight !== 0 && leavesOutReasoning !== true ? 1 : 0;
    if (leavesOutReasoning === true && from !== 'tools') reasoningLeftOut.push(from);
    const headerWeight = trainOn === 'all_tokens' ? 1 : 0;
    for (const part of header) parts.push(partOf(part, from, headerWeight));
    lastContentAt = parts.length;
    for (const part of output) parts.push(partOf(part, from, weight));
    if (place.isLast) for (const part of overlap) parts.push(partOf(part, from, weight));
  }
  return { parts, lastContentAt, reasoningLeftOut };
}

/** Not by a spread, which takes a multiple of the time. */
function partOf(part: PartContent, message: number | 'tools', weight: 0 | 1): Part {
  return 'text' in part ? { text: part.text, message, weight } : { special: part.special, message, weight };
}

function isTrained(message: Message, place: Place, trainOn: TrainOn, turnStart: number): boolean {
  const isAssistant = message.role === 'assistant';
  switch (trainOn) {
    case 'last_assistant_message':
      return isAssistant && place.isLast;
    case 'last_assistant_turn':
      return isAssistant && place.index >= turnStart;
    case 'all_assistant_messages':
      return isAssistant;
    case 'all_messages':
    case 'all_tokens':
      return true;
  }
}

/** The prompt of the next turn after a conversation that the renderer has a form for. */
export function renderPrompt(
  renderer: Renderer,
  conversation: Conversation,
  bos: string | null,
): readonly PartContent[] {
  return promptOf(renderer, writtenMessages(renderer, conversation), bos);
}

/**
 * The generation prompt of the trained turn, for the modes that train the turn that sampling would produce;
 * `undefined` for the others.
 */
export function renderTrainedPrompt(
  renderer: Renderer,
  conversation: Conversation,
  trainOn: TrainOn,
  bos: string | null,
): readonly PartContent[] | undefined {
  const written = writtenMessages(renderer, conversation);
  let boundary: number;
  if (trainOn === 'last_assistant_message') boundary = written.length - 1;
  else if (trainOn === 'last_assistant_turn') boundary = lastUserIndexOf(written) + 1;
  else return undefined;
  if (written[boundary]?.message.role !== 'assistant') return undefined;
  return promptOf(renderer, written.slice(0, boundary), bos);
}

function promptOf(renderer: Renderer, written: readonly Written[], bos: string | null): PartContent[] {
  const parts = [...renderer.start(bos)];
  for (const { message, place } of placesOf(written)) {
    const { header, output } = renderer.message(message, place);
    parts.push(...header, ...output);
  }
  const next = { index: written.length, isLast: true, lastUserIndex: lastUserIndexOf(written) };
  return [...parts, ...renderer.generationHeader(next)];
}
