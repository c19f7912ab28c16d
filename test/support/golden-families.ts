import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { rendererNames, trainOnModes, type RendererName } from '../../core/recipe.js';
import type { ChatMessage } from '../../core/training/rendering/chat.js';
import { packagePath } from '../../files/package-path.js';

const folder = packagePath('test/golden/renderers');

const Raised = z.object({ error: z.string(), message: z.string() });
export type Raised = z.infer<typeof Raised>;
const Tokens = z.array(z.int());
const ToolCall = z.object({
  type: z.literal('function'),
  function: z.object({ name: z.string(), arguments: z.string() }),
  id: z.string().exactOptional(),
});
const Part = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text'), text: z.string() }),
  z.object({ type: z.literal('thinking'), thinking: z.string() }),
]);

/** What a renderer writes of a conversation, or what the cookbook raises. */
const Rendered = z.object({
  /** Absent where every mode raises. */
  tokens: Tokens.optional(),
  /** Lengths of runs of loss weights, untrained first. `customized`: by the flags of the messages. */
  modes: z.partialRecord(z.enum([...trainOnModes, 'customized']), z.union([Tokens, Raised])).default({}),
  prompt: z.union([Tokens, Raised]).optional(),
});

const Case = Rendered.extend({
  name: z.string(),
  /** The messages that declare tools. */
  prefix: z
    .union([z.array(z.object({ role: z.string(), content: z.union([z.string(), z.array(Part)]) })), Raised])
    .optional(),
  /** Members that differ where typed control tokens stay text. */
  literal: Rendered.partial().default({}),
});
export type GoldenCase = z.infer<typeof Case>;

const Effort = Rendered.extend({ effort: z.number() });

export const GoldenFamily = z.object({
  renderer: z.enum(rendererNames),
  tokenizer: z.string(),
  stop: z.union([z.array(z.int()), z.array(z.string())]),
  has_extension_property: z.boolean(),
  disables_thinking: z.boolean(),
  /** Of gpt-oss. */
  current_date: z.string().optional(),
  /** Of Inkling: the first conversation with efforts that are not the default. */
  efforts: z.array(Effort).default([]),
  cases: z.array(Case),
});
export type GoldenFamily = z.infer<typeof GoldenFamily>;

const Conversation = z.object({
  name: z.string(),
  system: z.string().default(''),
  tools: z.array(z.json()).optional(),
  messages: z.array(
    z.object({
      role: z.string(),
      content: z.union([z.string(), z.array(Part)]),
      tool_calls: z.array(ToolCall).optional(),
      tool_call_id: z.string().optional(),
      name: z.string().optional(),
      trainable: z.boolean().optional(),
    }),
  ),
});

/** A conversation of the golden files, in the cookbook's terms: with parts, further roles and flags. */
export interface GoldenConversation {
  readonly system: string;
  /** Of each tool, its function as JSON. */
  readonly tools: readonly string[] | undefined;
  readonly messages: readonly ChatMessage[];
  /** Of each message, whether it is trained; `undefined` where the conversation has no flags. */
  readonly trainable: readonly boolean[] | undefined;
}

/** The conversations of the golden files by their names. */
export const goldenConversations: ReadonlyMap<string, GoldenConversation> = new Map(
  z
    .object({ conversations: z.array(Conversation) })
    .parse(JSON.parse(readFileSync(join(folder, 'conversations.json'), 'utf8')))
    .conversations.map(({ name, system, tools, messages }) => [
      name,
      {
        system,
        tools: tools?.map((tool) => JSON.stringify(tool)),
        messages: messages.map(
          ({ role, content, tool_calls: calls, tool_call_id: callId, name: own }, from) => ({
            role,
            content,
            calls,
            callId,
            name: own,
            from,
          }),
        ),
        trainable: messages.some(({ trainable }) => trainable !== undefined)
          ? messages.map(({ trainable = false }) => trainable)
          : undefined,
      },
    ]),
);

/** Second names of renderers that the cookbook has one class for. */
const aliases: Readonly<Partial<Record<RendererName, RendererName>>> = {
  deepseekv3_disable_thinking: 'deepseekv3',
  kimi_k26: 'kimi_k25',
  kimi_k26_disable_thinking: 'kimi_k25_disable_thinking',
};

/** The golden files of a renderer: one with each tokenizer of its models. */
export function goldenFamilies(name: RendererName): readonly GoldenFamily[] {
  const asked = aliases[name] ?? name;
  return readdirSync(join(folder, 'families'))
    .filter((file) => file === `${asked}.json` || file.startsWith(`${asked}@`))
    .map((file) => GoldenFamily.parse(JSON.parse(readFileSync(join(folder, 'families', file), 'utf8'))));
}
