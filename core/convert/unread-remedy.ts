import { defined } from '../defined.js';
import type { SourceFormat } from '../recipe/choices.js';
import type { ConversionRules } from './conversion-rules.js';
import { shownName, yamlWord } from './shown-name.js';

/** How the rows of a source were read. */
export interface ReadAs {
  readonly format: SourceFormat;
  /** Standard name → name in the files. */
  readonly columns: Readonly<Record<string, string>>;
  /** `ignore` of the recipe. */
  readonly ignore?: readonly string[];
}

export function readAsOf({ layout, ignore }: ConversionRules): ReadAs {
  return { ...layout, ...defined({ ignore }) };
}

/** Standard names that `fields` takes, and the names of columns and keys that hold such a thing. */
const fieldNames: readonly (readonly [string, readonly string[]])[] = [
  [
    'reasoning',
    [
      'reasoning',
      'reasoningcontent',
      'thinking',
      'thought',
      'thoughts',
      'think',
      'cot',
      'chainofthought',
      'complexcot',
      'rationale',
      'analysis',
      'scratchpad',
    ],
  ],
  ['tool_calls', ['toolcalls', 'functioncall', 'functioncalls']],
  [
    'system',
    [
      'system',
      'systemprompt',
      'systemmessage',
      'sysprompt',
      'developer',
      'persona',
      'instruction',
      'instructions',
      'custominstruction',
      'custominstructions',
    ],
  ],
  ['tools', ['tools', 'functions']],
];

/** What `fields` takes beside the format's own names: of messages, and of rows. */
const ofMessages: readonly string[] = ['reasoning', 'tool_calls'];
const ofRows: Readonly<Record<SourceFormat, readonly string[]>> = {
  messages: ['system', 'tools'],
  lmsys: ['system', 'tools'],
  magpie: ['system', 'tools'],
  sharegpt: ['system', 'tools'],
  alpaca: ['system', 'tools', 'reasoning', 'tool_calls'],
  'prompt-response': ['system', 'tools', 'reasoning', 'tool_calls'],
  prosocial: [],
};

/** Keys that are read without `fields`: where one of them was not read, another one was. */
const readAnyway: readonly string[] = [
  'system',
  'system_prompt',
  'tools',
  'functions',
  'tool_calls',
  'function_call',
  'reasoning_content',
];
const readInMessages: readonly string[] = ['reasoning', 'thinking'];

/** Columns that belong to the question: `alpaca` puts its `input` below the instruction. */
const inputNames: readonly string[] = ['context', 'input'];

interface Reading {
  readonly format: SourceFormat;
  readonly columns: Readonly<Record<string, string>>;
  /** The names that are read then. */
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

/** The reading with `fields` for as many of the names as possible. */
function readingOf(names: readonly string[], { format, columns }: ReadAs): Reading {
  const added: Record<string, string> = {};
  const read: string[] = [];
  let changed: Pick<Reading, 'format' | 'columns'> = { format, columns };
  for (const name of names) {
    const field = fieldOf(name, format);
    if (field !== undefined && columns[field] === undefined && added[field] === undefined)
      added[field] = keyOf(name);
    else if (format === 'prompt-response' && changed.format === format && inputNames.includes(name))
      changed = { format: 'alpaca', columns: asAlpaca(columns, name) };
    else continue;
    read.push(name);
  }
  return { format: changed.format, columns: { ...changed.columns, ...added }, names: read };
}

/** The standard name under which `fields` would read this column or key; `undefined` where there is none. */
function fieldOf(name: string, format: SourceFormat): string | undefined {
  const key = keyOf(name);
  const isOfMessage = key !== name;
  if (readAnyway.includes(key) || (isOfMessage && readInMessages.includes(key))) return undefined;
  const letters = key.toLowerCase().replaceAll(/[^a-z]/g, '');
  const field = fieldNames.find(([, known]) => known.includes(letters))?.[0];
  const able = isOfMessage ? ofMessages : ofRows[format];
  return field !== undefined && able.includes(field) ? field : undefined;
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
