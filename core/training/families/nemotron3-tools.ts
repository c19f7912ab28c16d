import { pythonJson } from '../../json/python-json.js';
import { pythonStr } from '../../json/python-str.js';
import { isSpelledObject, parseSpelled, type SpelledJson } from '../../json/spelled-json.js';
import { strip } from '../../text/strip.js';
import { valueText } from './function-calls.js';

type Members = ReadonlyMap<string, SpelledJson>;

/**
 * A function as Nemotron 3 declares it: `_format_nemotron3_tool_declaration` of the cookbook. A schema that
 * is no object (`true`) has no lines, and a description that is null is as one that is absent; the cookbook
 * fails on both.
 *
 * @param tool - the function as JSON.
 */
export function nemotronTool(tool: string): string {
  const members = membersOf(parseSpelled(tool));
  const parameters = membersOf(members.get('parameters') ?? null);
  const properties = [...membersOf(parameters.get('properties') ?? null)];
  const required = parameters.get('required');
  return [
    '<function>',
    `<name>${pythonStr(members.get('name') ?? null)}</name>`,
    ...description(members).filter((line) => line !== '<description></description>'),
    '<parameters>',
    ...properties.flatMap(([name, schema]) => parameter(name, membersOf(schema))),
    ...otherMembers(parameters, ['type', 'properties', 'required']),
    ...(required === undefined ? [] : [`<required>${pythonJson(required)}</required>`]),
    '</parameters>',
    ...otherMembers(members, ['type', 'name', 'description', 'parameters']),
    '</function>',
  ].join('\n');
}

function parameter(name: string, schema: Members): readonly string[] {
  const [type, choices] = [schema.get('type'), schema.get('enum')];
  return [
    '<parameter>',
    `<name>${name}</name>`,
    ...(type === undefined ? [] : [`<type>${pythonStr(type)}</type>`]),
    ...description(schema),
    ...(choices === undefined ? [] : [`<enum>${pythonJson(choices)}</enum>`]),
    ...otherMembers(schema, ['name', 'type', 'description', 'enum']),
    '</parameter>',
  ];
}

function description(members: Members): readonly string[] {
  const value = members.get('description') ?? null;
  return value === null ? [] : [`<description>${strip(pythonStr(value))}</description>`];
}

function otherMembers(members: Members, written: readonly string[]): readonly string[] {
  const others = [...members].filter(([name]) => !written.includes(name));
  return others.map(([name, value]) => `<${name}>${valueText(value)}</${name}>`);
}

function membersOf(value: SpelledJson): Members {
  return isSpelledObject(value) ? value : new Map<string, SpelledJson>();
}
