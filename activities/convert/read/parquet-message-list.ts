import { parquetSchema, type FileMetaData, type SchemaElement, type SchemaTree } from 'hyparquet';
import type { ListNames } from '../../../core/convert/layout.js';

/**
 * A column that is a list of objects with texts as role and content, in the three levels that the format
 * prescribes: the column, a repeated group, the object.
 */
export interface MessageList {
  readonly names: ListNames;
  readonly role: TextLeaf;
  readonly content: TextLeaf;
  /** All members of the objects, in their order. */
  readonly members: readonly string[];
  /** The least definition levels where there is a list, where it has entries, and where one is an object. */
  readonly listLevel: number;
  readonly entryLevel: number;
  readonly objectLevel: number;
}

/** A column of texts in the list. */
export interface TextLeaf {
  readonly path: readonly string[];
  /** The definition level of a text; a lower one is that of a null. */
  readonly maxDefinition: number;
}

/** The list of messages of a file; `undefined` where the file has none of this shape. */
export function messageListIn(metadata: FileMetaData, names: ListNames): MessageList | undefined {
  const column = parquetSchema(metadata).children.find(({ element }) => element.name === names.list);
  const [repeated, ...others] = column?.children ?? [];
  const [object, ...more] = repeated?.children ?? [];
  if (column === undefined || repeated === undefined || object === undefined) return undefined;
  if (column.element.converted_type !== 'LIST' || others.length > 0 || more.length > 0) return undefined;
  if (isRepeated(column) || !isRepeated(repeated) || !isObject(object)) return undefined;
  const listLevel = optionalLevels(column);
  const entryLevel = listLevel + 1;
  const objectLevel = entryLevel + optionalLevels(object);
  const leaf = (name: string): TextLeaf | undefined => {
    const member = object.children.find(({ element }) => element.name === name);
    if (member === undefined || !isText(member.element)) return undefined;
    return { path: member.path, maxDefinition: objectLevel + optionalLevels(member) };
  };
  const [role, content] = [leaf(names.role), leaf(names.content)];
  if (role === undefined || content === undefined) return undefined;
  const members = object.children.map(({ element }) => element.name);
  return { names, role, content, members, listLevel, entryLevel, objectLevel };
}

function isRepeated({ element }: SchemaTree): boolean {
  return element.repetition_type === 'REPEATED';
}

/** Whether a group is an object, not a list or a map. */
function isObject({ element, children }: SchemaTree): boolean {
  const { repetition_type: repetition, converted_type: converted, logical_type: logical } = element;
  return children.length > 0 && repetition !== 'REPEATED' && converted === undefined && logical === undefined;
}

function isText(element: SchemaElement): boolean {
  const { type, repetition_type: repetition, converted_type: converted, logical_type: logical } = element;
  if (type !== 'BYTE_ARRAY' || repetition === 'REPEATED') return false;
  return converted === 'UTF8' || (converted === undefined && logical?.type === 'STRING');
}

/** How many levels a part of a path adds where it is there. */
function optionalLevels({ element }: SchemaTree): number {
  return element.repetition_type === 'REQUIRED' ? 0 : 1;
}
