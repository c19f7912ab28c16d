import { standardColumns } from '../../core/convert/layout.js';
import { sourceFormats } from '../../core/recipe.js';
import { describedRecipe } from '../../client/recipe/json-schema.js';
import type { KeySchema } from '../../client/recipe/json-schema.js';

/**
 * docs/recipe.md, made from the schema: every key with its values, its default and its meaning.
 *
 * @throws {Error} where a key has no description, or is optional and says nothing of what holds without it.
 */
export function recipePage(recipe: KeySchema = describedRecipe()): string {
  const rows = rowsOf(recipe, '');
  const under = (prefix: string): readonly Row[] => rows.filter((row) => row.key.startsWith(prefix));
  const sources = under('sources[].');
  const train = under('train.');
  return `# Recipe reference

A recipe is a YAML file. It is validated whole before anything starts; every problem is told with its line, and an unknown key with
the nearest known one. Relative paths start from the working directory. Editors complete and explain the keys with
\`recipes/recipe.schema.json\`, which \`npx headrace schema\` prints: begin the file with
\`# yaml-language-server: $schema=recipe.schema.json\`.

<!-- Made from core/recipe.ts by \`npm run docs\`; a test holds it to that. -->

${table(rows.filter((row) => !sources.includes(row) && !train.includes(row)))}

## Sources

${table(sources)}

### Formats

The columns of a format, by the names that \`fields\` maps; in lists of messages, the names within a message, too. Without \`format\`,
they are tried in this order.

${cells([
  ['format', 'columns'],
  ...sourceFormats.map((format) => [code(format), standardColumns[format].map(code).join(', ')]),
])}

The rows of \`prosocial\` are turns: those of one \`dialogue_id\` become one conversation. [The mix rule](mix-rule.md) says which names of
roles are known, and why a row is rejected.

### Filters

A filter names columns as the files have them:

\`\`\`yaml
filter:
  language: English # equal in JSON type and value
  safety_label: [__casual__, __possibly_needs_caution__] # one of these
  instruct_reward: { min: -5, max: 10 } # a number, bounds included
  model: { matches: '^gpt-4' } # text that has a match of this regular expression (JavaScript, flag u)
\`\`\`

A missing or null column passes no filter. For \`lmsys\`, \`flagged: false\` means that no turn was flagged by moderation. In a dialogue
of \`prosocial\`, every row has to pass.

[The mix rule](mix-rule.md#from-conversations-to-files) says what caps, shares, held-out prompts and the seed do with what passes.

## Training

${table(train)}

## Keys on the command line

\`--set key.path=value\` overrides a key, read as YAML; list entries go by their number, from 0:

\`\`\`sh
npx headrace start recipes/stage1.yaml --set train.lora.rank=16 --set sources.0.rows=100 --set "train.prompts=[Who are you?]"
\`\`\`
`;
}

interface Row {
  readonly key: string;
  readonly values: string;
  readonly without: string;
  readonly meaning: string;
}

function rowsOf(parent: KeySchema, prefix: string): Row[] {
  return Object.entries(parent.properties ?? {}).flatMap(([name, schema]) => {
    const key = `${prefix}${name}`;
    const found = schema as KeySchema;
    const list = itemsOf(found);
    const row = {
      key,
      values: found.properties === undefined ? valuesOf(found) : 'keys, below',
      without: withoutIt(found, key, parent.required?.includes(name) === true),
      meaning: meaningOf(found, key),
    };
    return [row, ...(list?.properties === undefined ? rowsOf(found, `${key}.`) : rowsOf(list, `${key}[].`))];
  });
}

function meaningOf({ description, examples }: KeySchema, key: string): string {
  if (description === undefined) throw new Error(`The key ${key} has no description in core/recipe.ts`);
  const [example] = Array.isArray(examples) ? examples : [];
  return example === undefined ? description : `${description} E.g. ${code(flow(example))}`;
}

function withoutIt(schema: KeySchema, key: string, isRequired: boolean): string {
  if (isRequired) return 'required';
  if (schema.whenAbsent !== undefined) return schema.whenAbsent;
  if (schema.default === undefined)
    throw new Error(`The key ${key} is optional, and core/recipe.ts says nothing of what holds without it`);
  if (Array.isArray(schema.default)) return schema.default.map((value) => code(flow(value))).join('<br>');
  return schema.properties === undefined ? code(flow(schema.default)) : 'their defaults';
}

/** What may stand for a key, in words. */
function valuesOf(schema: KeySchema): string {
  if (schema.enum !== undefined) return schema.enum.map((value) => code(flow(value))).join(', ');
  if (schema.const !== undefined) return code(flow(schema.const));
  const either = schema.anyOf?.map((one) => valuesOf(one));
  if (either !== undefined) return either.join(', or ');
  if (Array.isArray(schema.type)) return schema.type.map(wordFor).join(', ');
  const list = itemsOf(schema);
  if (list !== undefined)
    return `list of ${list.properties === undefined ? valuesOf(list) : 'sources'}${bounds(schema.minItems, schema.maxItems)}`;
  if (schema.properties !== undefined) return code(`{ ${Object.keys(schema.properties).join(', ')} }`);
  if (typeof schema.additionalProperties === 'object')
    return `name → ${valuesOf(schema.additionalProperties)}`;
  if (schema.pattern !== undefined)
    return `text, ${code(schema.pattern.replaceAll('\\/', '/'))}${schema.maxLength === undefined ? '' : `, ${schema.maxLength} characters at most`}`;
  return `${wordFor(schema.type ?? 'anything')}${numberBounds(schema)}`;
}

function itemsOf({ items }: KeySchema): KeySchema | undefined {
  return typeof items === 'object' && !Array.isArray(items) ? items : undefined;
}

function wordFor(type: string): string {
  return type === 'string' ? 'text' : type === 'boolean' ? '`true`, `false`' : type;
}

function numberBounds(schema: KeySchema): string {
  const { exclusiveMinimum, exclusiveMaximum, minimum, maximum } = schema;
  const most = maximum === Number.MAX_SAFE_INTEGER ? undefined : maximum;
  if (exclusiveMinimum === undefined && exclusiveMaximum === undefined) return bounds(minimum, most);
  const parts = [
    exclusiveMinimum === undefined ? `${minimum} or more` : `above ${exclusiveMinimum}`,
    ...(exclusiveMaximum === undefined ? [] : [`below ${exclusiveMaximum}`]),
    ...(most === undefined ? [] : [`${most} at most`]),
  ];
  return `, ${parts.join(', ')}`;
}

function bounds(least: number | undefined, most: number | undefined): string {
  if (least === undefined) return '';
  return most === undefined ? `, ${least} or more` : `, ${least} to ${most}`;
}

function table(rows: readonly Row[]): string {
  return cells([
    ['key', 'values', 'without it', 'meaning'],
    ...rows.map(({ key, values, without, meaning }) => [code(key), values, without, meaning]),
  ]);
}

/** A table as the formatter leaves it: columns are padded. */
function cells(lines: readonly (readonly string[])[]): string {
  const escaped = lines.map((line) => line.map((cell) => cell.replaceAll('|', '\\|')));
  const widths = (escaped[0] ?? []).map((_, column) =>
    Math.max(...escaped.map((line) => line[column]?.length ?? 0)),
  );
  const drawn = escaped.map(
    (line) => `| ${line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`,
  );
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  return [drawn[0], rule, ...drawn.slice(1)].join('\n');
}

function code(text: string): string {
  return `\`${text}\``;
}

/** A value as it may stand in a line of YAML. */
function flow(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(flow).join(', ')}]`;
  if (typeof value === 'object' && value !== null)
    return `{ ${Object.entries(value)
      .map(([key, one]) => `${key}: ${flow(one)}`)
      .join(', ')} }`;
  return String(value);
}
