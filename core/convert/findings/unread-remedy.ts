import type { SourceFormat } from '../../recipe/choices.js';
import type { OptionalField } from '../layout.js';
import { lettersOf } from '../keys/part-names.js';
import { readNames } from '../keys/read-names.js';
import { shownName, yamlWord } from './shown-name.js';
import type { ReadAs } from './source-findings.js';

/** What `fields` can read, and the letters of the names that hold such a thing. */
const fieldLetters: readonly (readonly [OptionalField, ReadonlySet<string>])[] = [
  [
    'reasoning',
    words(
      `reasoning reasoningcontent thinking thought thoughts think cot chainofthought complexcot rationale analysis
      scratchpad`,
    ),
  ],
  ['tool_calls', words('toolcalls functioncall functioncalls')],
  [
    'system',
    words(
      `system systemprompt systemmessage sysprompt developer persona instruction instructions custominstruction
      custominstructions`,
    ),
  ],
  ['tools', words('tools functions')],
];

/** Columns that belong to the question: `alpaca` puts its `input` below the instruction. */
const inputNames: readonly string[] = ['context', 'input'];

/** A reading of a source by which some of the names are read. */
interface Reading {
  readonly format: SourceFormat;
  readonly columns: Readonly<Record<string, string>>;
  readonly names: readonly string[];
}

/**
 * A sentence on what to write in the recipe about columns and keys that were not read: the `fields` that read
 * them, where there are some, and the `ignore` that ends the note.
 *
 * @param names - at least one, as they are counted: `context`, `messages[].thought`.
 */
export function unreadRemedy(names: readonly string[], readAs: ReadAs): string {
  const ignore = [...new Set([...(readAs.ignore ?? []), ...names.map(keyOf)])];
  const ignoring = `\`ignore: [${ignore.map(yamlWord).join(', ')}]\``;
  const reading = readingOf(names, readAs);
  if (reading.names.length === 0) {
    const it = names.length === 1 ? 'it' : 'them';
    return `\`format: ${readAs.format}\` has no field for ${it}. If that is right, write ${ignoring}.`;
  }
  const those = names.length === 1 ? 'it' : reading.names.map((name) => `\`${shownName(name)}\``).join(', ');
  const rest = names.length === 1 ? 'or leave it out' : 'or leave out what is not part of it';
  return `Read ${those} with \`fields\` (${recipeLines(reading)}), ${rest} with ${ignoring}.`;
}

/** The reading by which as many of the names as possible are read. */
function readingOf(names: readonly string[], { format, columns }: ReadAs): Reading {
  const added: Record<string, string> = {};
  const read: string[] = [];
  let changed: Pick<Reading, 'format' | 'columns'> = { format, columns };
  for (const name of names) {
    const field = fieldOf(name, format, columns);
    if (field !== undefined && added[field] === undefined) added[field] = keyOf(name);
    else if (changed.format === 'prompt-response' && inputNames.includes(name))
      changed = { format: 'alpaca', columns: asAlpaca(columns, name) };
    else continue;
    read.push(name);
  }
  return { format: changed.format, columns: { ...changed.columns, ...added }, names: read };
}

/**
 * What `fields` can call this column or key; `undefined` where the format has no place for it, where another
 * name has the place, and for a name that is looked at anyway: then another one was read before it.
 */
function fieldOf(name: string, format: SourceFormat, columns: ReadAs['columns']): OptionalField | undefined {
  const key = keyOf(name);
  const letters = lettersOf(key);
  const field = fieldLetters.find(([, known]) => known.has(letters))?.[0];
  if (field === undefined || columns[field] !== undefined) return undefined;
  const { row, message } = readNames({ layout: { format, columns } });
  const places: Partial<Record<OptionalField, readonly string[]>> =
    key === name
      ? { system: row.system, tools: row.tools, reasoning: row.reasoning, tool_calls: row.toolCalls }
      : { reasoning: message.reasoning, tool_calls: [...message.toolCalls, ...message.functionCall] };
  const readAnyway = places[field] ?? [];
  return readAnyway.length > 0 && !readAnyway.includes(key) ? field : undefined;
}

function asAlpaca(columns: ReadAs['columns'], input: string): ReadAs['columns'] {
  const { prompt = 'prompt', response = 'response', ...others } = columns;
  return { instruction: prompt, input, output: response, ...others };
}

function recipeLines({ format, columns }: Reading): string {
  const fields = Object.entries(columns)
    .filter(([standard, own]) => standard !== own)
    .map(([standard, own]) => `${standard}: ${yamlWord(own)}`);
  const named = fields.length === 0 ? [] : [`\`fields: { ${fields.join(', ')} }\``];
  return [`\`format: ${format}\``, ...named].join(', ');
}

/** The column, or the key of messages: `thought` of `messages[].thought`. */
function keyOf(name: string): string {
  return name.replace(/^.*\[\]\./s, '');
}

function words(text: string): ReadonlySet<string> {
  return new Set(text.split(/\s+/));
}
