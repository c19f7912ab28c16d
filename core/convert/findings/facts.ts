import type { Conversation } from '../conversation/conversation.js';

/** Which optional members a conversation has, in at least one message. */
export interface Holds {
  readonly reasoning: boolean;
  readonly tools: boolean;
  readonly toolCalls: boolean;
  /** A message of weight 0. */
  readonly weight: boolean;
  readonly names: boolean;
}

/** What is counted of a converted conversation beside the conversation itself. */
export interface ConversationFacts {
  /** Fields that look like part of the conversation and were not read: `context`, `messages[].label`. */
  readonly unread: readonly string[];
  /** System messages without text, which were left out. */
  readonly blankSystem: number;
  /** Whether messages behind the last one of the assistant were left out. */
  readonly trailing: boolean;
  readonly holds: Holds;
}

/** The facts of a row of which nothing is to be counted. */
export const noFacts: ConversationFacts = {
  unread: [],
  blankSystem: 0,
  trailing: false,
  holds: { reasoning: false, tools: false, toolCalls: false, weight: false, names: false },
};

/** Which optional members a conversation has. */
export function holdsOf({ messages, tools }: Conversation): Holds {
  let [reasoning, toolCalls, weight, names] = [false, false, false, false];
  for (const message of messages) {
    reasoning ||= message.reasoning_content !== undefined;
    toolCalls ||= message.tool_calls !== undefined;
    weight ||= message.weight !== undefined;
    names ||= message.name !== undefined;
  }
  return { reasoning, tools: tools !== undefined, toolCalls, weight, names };
}
