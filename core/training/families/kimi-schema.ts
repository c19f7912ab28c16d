import { pythonStr } from '../../json/python-str.js';
import { isSpelledObject, type SpelledJson } from '../../json/spelled-json.js';
import { enumValues, listOf, objectOf, refuse, type Members } from './kimi-schema-checks.js';

/** A JSON Schema as Kimi's declarations read it. */
export type SchemaType = {
  /** Empty where there is none. */
  readonly description: string;
  /** In the order of their names. */
  readonly constraints: readonly (readonly [name: string, value: SpelledJson])[];
} & (
  | { readonly kind: 'name'; readonly text: string }
  | { readonly kind: 'object'; readonly properties: readonly Property[]; readonly others?: SchemaType }
  | { readonly kind: 'array'; readonly item: SchemaType }
  | { readonly kind: 'enum'; readonly values: readonly SpelledJson[] }
  | { readonly kind: 'anyOf'; readonly types: readonly SchemaType[] }
);

export interface Property {
  readonly name: string;
  readonly type: SchemaType;
  readonly isOptional: boolean;
  /** `null`: there is none. */
  readonly fallback: SpelledJson;
}

/** What schemas refer to. Reading a schema fills it. */
export interface References {
  readonly definitions: Map<string, SpelledJson>;
  /** Whether a schema refers to the root, `#`. */
  hasRoot: boolean;
}

/** @throws {NoTypeScript} where the schema is none that the reference reads. */
function readSchema(schema: SpelledJson, references: References): SchemaType {
  if (typeof schema === 'boolean') return named(schema ? 'any' : 'null');
  const members = objectOf(schema, 'a schema');
  const about = { description: descriptionOf(members), constraints: [] };
  const reference = members.get('$ref');
  if (reference !== undefined) return { ...about, kind: 'name', text: referredName(reference, references) };
  const anyOf = members.get('anyOf');
  if (anyOf !== undefined) {
    const types = listOf(anyOf, 'anyOf').map((each) => readSchema(each, references));
    return { ...about, kind: 'anyOf', types };
  }
  if (members.has('enum')) return { ...about, kind: 'enum', values: enumValues(members) };
  const type = members.get('type');
  if (type === 'object') return readObject(members, references);
  if (type === 'array') return readArray(members, references);
  if (typeof type === 'string') {
    const constraints = constraintsOf(members, scalarConstraints[type] ?? []);
    return { ...about, constraints, kind: 'name', text: type === 'integer' ? 'number' : type };
  }
  if (type !== undefined) {
    const names = listOf(type, 'type').map(
      (each) => unionNames.get(pythonStr(each)) ?? refuse(`the type ${pythonStr(each)}`),
    );
    return { ...about, kind: 'name', text: names.join(' | ') };
  }
  return members.size === 0 ? named('any') : refuse('a schema without a type');
}

/** A schema in `$defs`. @throws {NoTypeScript} as {@link readSchema}. */
export function readDefinition(schema: SpelledJson, references: References): SchemaType {
  return readSchema(objectOf(schema, 'a definition'), references);
}

/** The root of a tool's parameters, or a schema of the type `object`. */
export function readObject(
  members: Members,
  references: References,
): SchemaType & { readonly kind: 'object' } {
  const definitions = members.get('$defs');
  if (definitions !== undefined)
    for (const [name, schema] of objectOf(definitions, '$defs')) references.definitions.set(name, schema);
  const about = { description: descriptionOf(members), constraints: [], kind: 'object' as const };
  const additional = members.get('additionalProperties') ?? null;
  const others =
    additional === null
      ? undefined
      : additional === false
        ? named('never')
        : readSchema(additional, references);
  const required = listOf(members.get('required') ?? [], 'required');
  const properties = Array.from(
    objectOf(members.get('properties') ?? new Map(), 'properties'),
    ([name, schema]): Property => ({
      name,
      type: readSchema(schema, references),
      isOptional: !required.includes(name),
      fallback: isSpelledObject(schema) ? (schema.get('default') ?? null) : null,
    }),
  );
  return { ...about, properties, ...(others === undefined ? {} : { others }) };
}

function readArray(members: Members, references: References): SchemaType {
  const items = members.get('items') ?? null;
  const isAny = items === null || items === false || (isSpelledObject(items) && items.size === 0);
  return {
    description: descriptionOf(members),
    constraints: constraintsOf(members, ['maxItems', 'minItems']),
    kind: 'array',
    item: isAny ? named('any') : readSchema(items, references),
  };
}

const scalarConstraints: Readonly<Record<string, readonly string[]>> = {
  string: ['maxLength', 'minLength', 'pattern'],
  number: ['maximum', 'minimum'],
  integer: ['maximum', 'minimum'],
};

const unionNames: ReadonlyMap<string, string> = new Map([
  ['string', 'string'],
  ['number', 'number'],
  ['integer', 'number'],
  ['boolean', 'boolean'],
  ['null', 'null'],
  ['object', '{}'],
  ['array', 'Array<any>'],
]);

function named(text: string): SchemaType {
  return { description: '', constraints: [], kind: 'name', text };
}

function descriptionOf(members: Members): string {
  const description = members.get('description') ?? '';
  return typeof description === 'string' ? description : refuse('a description that is no text');
}

function constraintsOf(members: Members, names: readonly string[]): SchemaType['constraints'] {
  return names.flatMap((name) => {
    const value = members.get(name);
    return value === undefined ? [] : [[name, value] as const];
  });
}

/** The name of a definition in a schema. */
function referredName(reference: SpelledJson, references: References): string {
  if (reference === '#') {
    references.hasRoot = true;
    return 'parameters';
  }
  const text = pythonStr(reference);
  const name = text.split('/').at(-1) ?? '';
  const isKnown = text.startsWith('#/$defs/') && references.definitions.has(name);
  return isKnown ? name : refuse(`the reference ${text}`);
}
