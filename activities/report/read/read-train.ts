import { CanonicalLine, parseCanonicalLine } from '../../../core/convert/conversation/canonical-line.js';
import type { Conversation, Message } from '../../../core/convert/conversation/conversation.js';
import type { Role } from '../../../core/convert/conversation/roles.js';
import { defined } from '../../../core/defined.js';
import { sourceBytes } from '../../mix/format/mix-artifact.js';
import { languageOf } from './languages.js';
import { readableLines, type ReadContext } from './readable-lines.js';

/** A line of train.jsonl to read. */
export interface ReadConversation extends Conversation {
  /** From 1. */
  readonly line: number;
  /** Name of the source; absent where the store no longer has it. */
  readonly source?: string;
}

/** Measurements of the sampled lines of one source. */
export interface SourceSample {
  /** `undefined`: all sources together, where the source of a line is not known. */
  readonly source: string | undefined;
  conversations: number;
  readonly messages: Record<Role, number>;
  /** Messages with reasoning, and calls of tools. */
  reasoning: number;
  calls: number;
  /** Messages of each conversation. */
  readonly turns: number[];
  /** Characters of each conversation: contents, reasoning and arguments of calls. */
  readonly characters: number[];
  /** Lines by language. */
  readonly languages: Map<string, number>;
}

export interface TrainSample {
  readonly lines: number;
  readonly bySource: readonly SourceSample[];
  readonly toRead: readonly ReadConversation[];
}

export const noTrain: TrainSample = { lines: 0, bySource: [], toRead: [] };

/** The start of `train.sources.bin`, and the names of the sources by number. */
export interface LineSources {
  readonly numbers: Buffer;
  readonly names: readonly string[];
  /** The files that have the lines, in their order. */
  readonly files: readonly string[];
}

/** The file is in random order, so its head is a sample. */
export const sampledLines = 5_000;
const sampledCharacters = 32 * 2 ** 20;
/**
 * Conversations to read: the first ones, and the first of each source, so that small sources are included.
 */
const firstLines = 30;
const ofEachSource = 5;
const mostToRead = 120;

/** Reads the head of train.jsonl, up to a damaged line. */
export async function readTrain(
  context: ReadContext,
  sources: LineSources | undefined,
): Promise<TrainSample> {
  const sourceOf = sourceReader(sources);
  const samples = new Map<string | undefined, SourceSample>();
  const toRead: ReadConversation[] = [];
  let lines = 0;
  let characters = 0;
  for await (const { text, value } of linesOf(context, sources?.files ?? ['train.jsonl'])) {
    const source = sourceOf(lines);
    lines += 1;
    characters += text.length;
    const sample = samples.get(source) ?? emptySample(source);
    samples.set(source, sample);
    add(sample, value);
    const isWanted = lines <= firstLines || (source !== undefined && sample.conversations <= ofEachSource);
    if (isWanted && toRead.length < mostToRead)
      toRead.push({ line: lines, ...defined({ source }), ...parseCanonicalLine(text) });
    if (lines >= sampledLines || characters > sampledCharacters) break;
  }
  const order = [...(sources?.names ?? []), undefined];
  return {
    lines,
    bySource: [...samples.values()].toSorted((a, b) => order.indexOf(a.source) - order.indexOf(b.source)),
    toRead,
  };
}

async function* linesOf(
  context: ReadContext,
  files: readonly string[],
): ReturnType<typeof readableLines<CanonicalLine>> {
  for (const name of files) yield* readableLines(context, name, CanonicalLine);
}

function emptySample(source: string | undefined): SourceSample {
  return {
    source,
    conversations: 0,
    messages: { system: 0, user: 0, assistant: 0, tool: 0 },
    reasoning: 0,
    calls: 0,
    turns: [],
    characters: [],
    languages: new Map(),
  };
}

function add(sample: SourceSample, { messages }: Pick<Conversation, 'messages'>): void {
  sample.conversations += 1;
  for (const { role, reasoning_content: reasoning, tool_calls: calls = [] } of messages) {
    sample.messages[role] += 1;
    if (reasoning !== undefined) sample.reasoning += 1;
    sample.calls += calls.length;
  }
  sample.turns.push(messages.length);
  sample.characters.push(messages.reduce((sum, message) => sum + charactersOf(message), 0));
  // Results are the words of programs.
  const spoken = messages.filter(({ role }) => role !== 'tool');
  const language = languageOf(spoken.map(({ content }) => content.slice(0, 400)).join(' '));
  sample.languages.set(language, (sample.languages.get(language) ?? 0) + 1);
}

function charactersOf({
  content,
  reasoning_content: reasoning = '',
  tool_calls: calls = [],
}: Message): number {
  return calls.reduce((sum, call) => sum + call.function.arguments.length, content.length + reasoning.length);
}

/** Returns the source of a line, from 0, within the sample. */
function sourceReader(sources: LineSources | undefined): (line: number) => string | undefined {
  if (sources === undefined) return () => undefined;
  const { numbers, names } = sources;
  return (line) =>
    (line + 1) * sourceBytes <= numbers.length ? names[numbers.readUInt16LE(line * sourceBytes)] : undefined;
}
