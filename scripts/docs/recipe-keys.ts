import { z } from 'zod';
import type { KeySchema } from '../../client/recipe/json-schema.js';
import { Recipe } from '../../core/recipe.js';
import { code, yamlFlow } from './markdown.js';

/** A key of the recipe, as docs/recipe.md shows it. */
export interface RecipeKey {
  /** `train.lora.rank`, `sources[].files`. */
  readonly key: string;
  readonly values: string;
  /** What holds without the key. */
  readonly without: string;
  readonly meaning: string;
}

/** The recipe as JSON Schema, with the descriptions of its keys. */
export function recipeSchema(): KeySchema {
  return z.toJSONSchema(Recipe, { io: 'input', target: 'draft-7' });
}

/**
 * The keys of a recipe, a section before the keys in it.
 *
 * @throws {Error} where a key has no description, or is optional and core/recipe.ts does not define what
 *   holds without it.
 */
export function keysOf(parent: KeySchema, prefix = ''): RecipeKey[] {
  return Object.entries(parent.properties ?? {}).flatMap(([name, property]) => {
    const key = `${prefix}${name}`;
    const schema = property as KeySchema;
    const items = itemsOf(schema);
    const below = items?.properties === undefined ? keysOf(schema, `${key}.`) : keysOf(items, `${key}[].`);
    const isRequired = parent.required?.includes(name) === true;
    return [
      {
        key,
        values: schema.properties === undefined ? valuesOf(schema) : 'keys, below',
        without: isRequired ? 'required' : whenAbsent(schema, key),
        meaning: meaningOf(schema, key),
      },
      ...below,
    ];
  });
}

function meaningOf({ description, examples }: KeySchema, key: string): string {
  if (description === undefined) throw new Error(`The key ${key} has no description in core/recipe.ts`);
  const [example] = Array.isArray(examples) ? examples : [];
  return example === undefined ? description : `${description} E.g. ${code(yamlFlow(example))}`;
}

function whenAbsent(schema: KeySchema, key: string): string {
  if (schema.whenAbsent !== undefined) return schema.whenAbsent;
  const { default: value, properties } = schema;
  if (value === undefined)
    throw new Error(`The key ${key} is optional, and core/recipe.ts does not define what holds without it`);
  if (Array.isArray(value)) return value.map((one) => code(yamlFlow(one))).join('<br>');
  return properties === undefined ? code(yamlFlow(value)) : 'their defaults';
}

/** The values that a key takes, in words. */
function valuesOf(schema: KeySchema): string {
  if (schema.enum !== undefined) return schema.enum.map((value) => code(yamlFlow(value))).join(', ');
  if (schema.const !== undefined) return code(yamlFlow(schema.const));
  if (schema.anyOf !== undefined) return schema.anyOf.map((one) => valuesOf(one)).join(', or ');
  if (Array.isArray(schema.type)) return schema.type.map(typeName).join(', ');
  const items = itemsOf(schema);
  if (items !== undefined) {
    const of = items.properties === undefined ? valuesOf(items) : 'sources';
    return `list of ${of}${boundsText(schema.minItems, schema.maxItems)}`;
  }
  if (schema.properties !== undefined) return code(`{ ${Object.keys(schema.properties).join(', ')} }`);
  if (typeof schema.additionalProperties === 'object')
    return `name → ${valuesOf(schema.additionalProperties)}`;
  if (schema.pattern !== undefined) return patternText(schema.pattern, schema.maxLength);
  return `${typeName(schema.type ?? 'anything')}${numberBoundsText(schema)}`;
}

function itemsOf({ items }: KeySchema): KeySchema | undefined {
  return typeof items === 'object' && !Array.isArray(items) ? items : undefined;
}

function patternText(pattern: string, maxLength: number | undefined): string {
  const most = maxLength === undefined ? '' : `, ${maxLength} characters at most`;
  return `text, ${code(pattern.replaceAll('\\/', '/'))}${most}`;
}

function typeName(type: string): string {
  if (type === 'string') return 'text';
  return type === 'boolean' ? '`true`, `false`' : type;
}

function numberBoundsText(schema: KeySchema): string {
  const { exclusiveMinimum, exclusiveMaximum, minimum, maximum } = schema;
  // The largest integer is the bound that JSON Schema gets where the recipe has none.
  const most = maximum === Number.MAX_SAFE_INTEGER ? undefined : maximum;
  if (exclusiveMinimum === undefined && exclusiveMaximum === undefined) return boundsText(minimum, most);
  const parts = [
    exclusiveMinimum === undefined ? `${minimum} or more` : `above ${exclusiveMinimum}`,
    ...(exclusiveMaximum === undefined ? [] : [`below ${exclusiveMaximum}`]),
    ...(most === undefined ? [] : [`${most} at most`]),
  ];
  return `, ${parts.join(', ')}`;
}

function boundsText(least: number | undefined, most: number | undefined): string {
  if (least === undefined) return '';
  return most === undefined ? `, ${least} or more` : `, ${least} to ${most}`;
}
