import { pythonJson } from '../../json/python-json.js';
import { pythonStr } from '../../json/python-str.js';
import { isSpelledObject, memberOf, SpelledNumber, type SpelledJson } from '../../json/spelled-json.js';
import { byName } from '../../text/code-point-order.js';
import {
  readDefinition,
  readObject,
  type Property,
  type References,
  type SchemaType,
} from './kimi-schema.js';

/**
 * Tools as TypeScript. From `tool_declaration_ts.py` of Kimi K2.5's tokenizer, which the cookbook holds as
 * `kimi_k2_5_tool_declaration_ts.py`.
 *
 * @param tools - their functions.
 * @throws {NoTypeScript} where a schema has no form.
 */
export function toolsAsTypeScript(tools: readonly SpelledJson[]): string {
  return `# Tools\n\n## functions\nnamespace functions {\n${tools.map(functionText).join('\n')}\n}\n`;
}

function functionText(tool: SpelledJson): string {
  const given = memberOf(tool, 'parameters');
  const references: References = { definitions: new Map(), hasRoot: false };
  const parameters = readObject(isSpelledObject(given) ? given : new Map(), references);
  // What definitions refer to counts no more.
  const { hasRoot } = references;
  const definitions = Array.from(references.definitions, ([name, schema]) =>
    interfaceText(name, readDefinition(schema, references)),
  );
  const name = memberOf(tool, 'name');
  const argument = hasRoot ? 'parameters' : typeText(parameters, '');
  const description = memberOf(tool, 'description');
  return [
    ...(hasRoot ? [rootText(parameters.properties)] : []),
    ...definitions,
    ...(typeof description === 'string' && description !== '' ? [commented(description, '')] : []),
    `type ${name === null ? 'function' : pythonStr(name)} = (_: ${argument}) => any;`,
  ].join('\n');
}

/** Parameters that refer to themselves; their properties stand in the order of the schema. */
function rootText(properties: readonly Property[]): string {
  const members = properties.map((each) => propertyText(each, indentation)).join(',\n');
  return `interface parameters {${members === '' ? '' : `\n${members}\n`}}`;
}

function interfaceText(name: string, type: SchemaType): string {
  const { description } = type;
  return `${description === '' ? '' : `${commented(description, '')}\n`}interface ${name} ${typeText(type, '')}`;
}

const indentation = '  ';

/** @param indent - of the line on which the type begins. */
function typeText(type: SchemaType, indent: string): string {
  switch (type.kind) {
    case 'name':
      return type.text;
    case 'anyOf':
      return type.types.map((each) => typeText(each, indent)).join(' | ');
    case 'enum':
      return type.values
        .map((value) => (typeof value === 'string' ? `"${value}"` : pythonStr(value)))
        .join(' | ');
    case 'array':
      return arrayText(type.item, indent);
    case 'object':
      return objectText(type, indent);
  }
}

function arrayText(item: SchemaType, indent: string): string {
  const deeper = indent + indentation;
  const comments = commentsOf(item, deeper);
  if (comments === '') return `Array<${typeText(item, indent)}>`;
  return `Array<\n${comments}${deeper}${typeText(item, deeper)}\n${indent}>`;
}

/** Required properties first, each group in the order of the names. */
function objectText({ properties, others }: SchemaType & { kind: 'object' }, indent: string): string {
  const deeper = indent + indentation;
  const sorted = byName(properties.map((each) => [each.name, each] as const)).map(([, each]) => each);
  const ordered = [...sorted.filter((each) => !each.isOptional), ...sorted.filter((each) => each.isOptional)];
  const members = ordered.map((each) => propertyText(each, deeper));
  if (others !== undefined) members.push(`${deeper}[k: string]: ${typeText(others, deeper)}`);
  return members.length === 0 ? '{}' : `{\n${members.join(',\n')}\n${indent}}`;
}

function propertyText({ name, type, isOptional, fallback }: Property, indent: string): string {
  const comments = commentsOf(type, indent) + fallbackLine(fallback, indent);
  return `${comments}${indent}${name}${isOptional ? '?' : ''}: ${typeText(type, indent)}`;
}

function fallbackLine(value: SpelledJson, indent: string): string {
  if (value === null) return '';
  const isScalar = typeof value === 'boolean' || value instanceof SpelledNumber;
  return `${indent}// Default: ${isScalar ? pythonStr(value) : pythonJson(value, { raw: true })}\n`;
}

/** Lines of comments on a type, each with its end. */
function commentsOf({ description, constraints }: SchemaType, indent: string): string {
  const words = description === '' ? '' : `${commented(description, indent)}\n`;
  const bounds = constraints.map(([name, value]) => `${name}: ${pythonStr(value)}`).join(', ');
  return bounds === '' ? words : `${words}${indent}// ${bounds}\n`;
}

function commented(text: string, indent: string): string {
  const lines = text.split('\n').map((line) => (line === '' ? '' : `${indent}// ${line}`));
  return lines.join('\n');
}
