import { pythonJson } from '../../json/python-json.js';
import { pythonStr } from '../../json/python-str.js';
import { pythonTruth } from '../../json/python-truth.js';
import {
  isSpelledList,
  isSpelledObject,
  memberOf,
  parseSpelled,
  type SpelledJson,
} from '../../json/spelled-json.js';
import type { DeclaredMessage } from '../rendering/renderer.js';

/** The role of a system message that is written as one: those of a conversation become `developer`. */
export const internalSystem = '_gptoss_internal_system';

/**
 * Tools as TypeScript, in a developer message behind the words of the system message. From
 * `GptOssRenderer.create_conversation_prefix_with_tools`. A keyword of a schema whose value has another form
 * than JSON Schema gives it counts as absent; the cookbook raises an error there.
 */
export function declareTools(tools: readonly string[], system: string): readonly DeclaredMessage[] {
  const route = "Calls to these tools must go to the commentary channel: 'functions'.";
  const definitions = tools.map((tool) => definitionOf(parseSpelled(tool))).join('\n\n');
  const block = `# Tools

## functions

namespace functions {

${definitions}

} // namespace functions`;
  const instructions = system === '' ? '' : `# Instructions\n\n${system}\n\n`;
  return [
    { role: internalSystem, content: route },
    { role: 'developer', content: `${instructions}${block}` },
  ];
}

function definitionOf(tool: SpelledJson): string {
  const type = `type ${pythonStr(memberOf(tool, 'name'))} = ${parametersBlock(memberOf(tool, 'parameters'))}`;
  return [...described(tool), `${type} => any;`].join('\n');
}

/** The description of a tool or a schema as a comment; none where it is empty. */
function described(value: SpelledJson): string[] {
  const description = memberOf(value, 'description');
  return pythonTruth(description) ? [`// ${pythonStr(description)}`] : [];
}

function parametersBlock(schema: SpelledJson): string {
  const members = membersOf(schema);
  if (members.length === 0) return '()';
  const lines = members.flatMap(({ property, declaration }) => [
    ...commentsOf(property),
    `${declaration},${defaultOf(property)}`,
  ]);
  return [['(_:', ...described(schema)].join(' '), '{', ...lines, '})'].join('\n');
}

/** The members of an object's schema, each as `name: type`; a name that is not required has a `?`. */
function membersOf(schema: SpelledJson): { readonly property: SpelledJson; readonly declaration: string }[] {
  const properties = memberOf(schema, 'properties');
  if (memberOf(schema, 'type') !== 'object' || !isSpelledObject(properties)) return [];
  const required = listOf(memberOf(schema, 'required')) ?? [];
  return Array.from(properties, ([name, property]) => ({
    property,
    declaration: `${name}${required.includes(name) ? '' : '?'}: ${typeOf(property)}`,
  }));
}

/** Title and an empty comment, description, examples. */
function commentsOf(schema: SpelledJson): string[] {
  const title = memberOf(schema, 'title');
  const examples = listOf(memberOf(schema, 'examples')) ?? [];
  return [
    ...(pythonTruth(title) ? [`// ${pythonStr(title)}`, '// '] : []),
    ...described(schema),
    ...(examples.length > 0 ? ['// Examples:'] : []),
    ...examples.map((example) => `// - ${pythonJson(example)}`),
  ];
}

function defaultOf(schema: SpelledJson): string {
  const value = isSpelledObject(schema) ? schema.get('default') : undefined;
  return value === undefined ? '' : ` // default: ${pythonJson(value)}`;
}

function typeOf(schema: SpelledJson): string {
  const choices = listOf(memberOf(schema, 'oneOf')) ?? listOf(memberOf(schema, 'anyOf'));
  if (choices !== undefined) return choices.map(typeOf).join(' | ');
  const type = memberOf(schema, 'type');
  const types = listOf(type);
  if (types !== undefined) return types.map((each) => typeOf(new Map([['type', each]]))).join(' | ');
  const values = listOf(memberOf(schema, 'enum'));
  if (type === 'string' && values !== undefined) return values.map((value) => pythonJson(value)).join(' | ');
  return `${simpleType(type, schema)}${pythonTruth(memberOf(schema, 'nullable')) ? ' | null' : ''}`;
}

function simpleType(type: SpelledJson, schema: SpelledJson): string {
  if (type === 'string' || type === 'boolean') return type;
  if (type === 'number' || type === 'integer') return 'number';
  if (type === 'array') return `${typeOf(memberOf(schema, 'items'))}[]`;
  if (type !== 'object') return 'any';
  return `{ ${membersOf(schema)
    .map(({ declaration }) => declaration)
    .join(', ')} }`;
}

function listOf(value: SpelledJson): readonly SpelledJson[] | undefined {
  return isSpelledList(value) ? value : undefined;
}
