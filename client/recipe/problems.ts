import { isMap, isScalar } from 'yaml';
import type { Document, LineCounter } from 'yaml';
import type { z } from 'zod';
import { nearestKeyText } from './nearest-key.js';

/** A parsed recipe file. */
export interface RecipeText {
  /** Of the file, for messages. */
  readonly name: string;
  readonly document: Document;
  readonly lines: LineCounter;
}

type Path = readonly PropertyKey[];

/** The problems of a recipe, one a line: `recipe.yaml:4: "train.epochs" must be number (found: "many")`. */
export function problemLines(error: z.ZodError, recipe: RecipeText): string[] {
  return error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => unknownKeyLine(key, issue.path, recipe))
      : [valueLine(issue, recipe)],
  );
}

function unknownKeyLine(key: string, parent: Path, recipe: RecipeText): string {
  const path = [...parent, key];
  return `${recipe.name}${lineOf(path, recipe)}: unknown key "${dotted(path)}"${nearestKeyText(key, parent)}`;
}

function valueLine(issue: z.core.$ZodIssue, recipe: RecipeText): string {
  const where = issue.path.length === 0 ? 'the recipe' : `"${dotted(issue.path)}"`;
  const found = foundText(recipe.document.getIn(issue.path));
  return `${recipe.name}${lineOf(issue.path, recipe)}: ${where} ${complaint(issue)}${found}`;
}

/** Zod's own texts begin "Invalid input: expected …"; these continue a sentence that begins with the key. */
function complaint(issue: z.core.$ZodIssue): string {
  return issue.message
    .replace(/^Invalid input: expected/, 'must be')
    .replace(/^Invalid option:/, 'is not allowed:');
}

/** ` (found: "many")`; nothing for a list or map. */
function foundText(found: unknown): string {
  const value = isScalar(found) ? found.value : found;
  if (!isScalar(found) && typeof found === 'object') return '';
  return ` (found: ${JSON.stringify(value) ?? 'nothing'})`;
}

/** `:12`, the line of the deepest part of `path` that is in the file; nothing for what came from `--set`. */
function lineOf(path: Path, { document, lines }: RecipeText): string {
  for (let depth = path.length; depth >= 0; depth -= 1) {
    const offset = offsetOf(path.slice(0, depth), document);
    if (offset !== undefined) return `:${lines.linePos(offset).line}`;
  }
  return '';
}

/** Where the key at `path` stands in the file, or the value in a list. */
function offsetOf(path: Path, document: Document): number | undefined {
  const key = path.at(-1);
  const parent = document.getIn(path.slice(0, -1), true);
  const pair = isMap(parent)
    ? parent.items.find((item) => isScalar(item.key) && item.key.value === key)
    : undefined;
  const node: unknown = pair?.key ?? document.getIn(path, true);
  return typeof node === 'object' && node !== null && 'range' in node && Array.isArray(node.range)
    ? Number(node.range[0])
    : undefined;
}

function dotted(path: Path): string {
  return path.map(String).join('.');
}
