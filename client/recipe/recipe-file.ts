import { readFile } from 'node:fs/promises';
import { isAbsolute, resolve } from 'node:path';
import { closest, distance } from 'fastest-levenshtein';
import { isMap, isScalar, LineCounter, parseDocument } from 'yaml';
import type { Document } from 'yaml';
import type { z } from 'zod';
import { HeadraceError, messageOf } from '../../core/errors.js';
import { Recipe, Source, Train } from '../../core/recipe.js';
import { isMissing } from '../../files/errno.js';

export type ResolvedRecipe = Recipe & { readonly out: string };

export interface RecipeFileOptions {
  /** `key.path=value`, each applied over the file; the value is read as YAML. */
  readonly set?: readonly string[];
  /** Folder that relative paths in the recipe start from. @default the working directory */
  readonly cwd?: string;
  /** Folder that a relative `out`, and its default, starts from. @default `cwd` */
  readonly outFrom?: string;
}

/**
 * Reads a recipe file, applies `--set`, validates it whole and makes its paths absolute.
 *
 * @throws {HeadraceError} RecipeError with every problem: line, key, what was found, what is expected.
 */
export async function readRecipeFile(path: string, options: RecipeFileOptions = {}): Promise<ResolvedRecipe> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (!isMissing(error)) throw error;
    throw new HeadraceError('RecipeError', `There is no recipe file ${path}`, {
      remedy: 'Give the path of a recipe, for instance recipes/stage1-small.yaml.',
    });
  }
  return parseRecipe(text, path, options);
}

/** {@link readRecipeFile} of a text; `name` stands for the file in messages. */
export function parseRecipe(text: string, name: string, options: RecipeFileOptions = {}): ResolvedRecipe {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const [syntax] = document.errors;
  if (syntax !== undefined)
    throw new HeadraceError(
      'RecipeError',
      `${name}:${syntax.linePos?.[0].line ?? 1}: ${syntax.message.split('\n')[0] ?? ''}`,
    );
  for (const assignment of options.set ?? []) applySet(document, assignment);
  const parsed = Recipe.safeParse(document.toJS());
  if (!parsed.success) {
    const problems = parsed.error.issues.flatMap((issue) => explain(issue, document, lines, name));
    throw new HeadraceError('RecipeError', problems.join('\n'));
  }
  const cwd = options.cwd ?? process.cwd();
  const recipe = withAbsolutePaths(parsed.data, cwd, options.outFrom ?? cwd);
  const bytes = Buffer.byteLength(JSON.stringify(recipe));
  if (bytes > largestRecipeBytes)
    throw new HeadraceError(
      'RecipeError',
      `${name}: the recipe has ${bytes} bytes with its paths made absolute; at most ${largestRecipeBytes} fit into a run's history`,
      { remedy: 'Write globs in the place of long lists of files: files: "data/*.jsonl"' },
    );
  return recipe;
}

/** The recipe goes into the payloads of a run, which stay under 64 KiB together with what the run adds. */
const largestRecipeBytes = 24 * 1024;

function applySet(document: Document, assignment: string): void {
  const at = assignment.indexOf('=');
  if (at < 1)
    throw new HeadraceError(
      'RecipeError',
      `--set ${assignment}: expected key.path=value, for instance train.epochs=2`,
    );
  const path = assignment
    .slice(0, at)
    .split('.')
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part));
  try {
    document.setIn(path, document.createNode(parseDocument(assignment.slice(at + 1)).toJS()));
  } catch (error) {
    throw new HeadraceError('RecipeError', `--set ${assignment}: ${messageOf(error)}`, { cause: error });
  }
}

function explain(issue: z.core.$ZodIssue, document: Document, lines: LineCounter, name: string): string[] {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => {
      const path = [...issue.path, key];
      return `${name}${lineOf(path, document, lines)}: unknown key "${dotted(path)}"${suggestion(key, issue.path)}`;
    });
  const found = document.getIn(issue.path);
  const shown =
    isScalar(found) || typeof found !== 'object'
      ? ` (found: ${JSON.stringify(isScalar(found) ? found.value : found) ?? 'nothing'})`
      : '';
  const where = issue.path.length === 0 ? 'the recipe' : `"${dotted(issue.path)}"`;
  return [`${name}${lineOf(issue.path, document, lines)}: ${where} ${phrase(issue)}${shown}`];
}

/** Zod's own texts start with "Invalid input: expected …"; ours read on from the key. */
function phrase(issue: z.core.$ZodIssue): string {
  return issue.message
    .replace(/^Invalid input: expected/, 'must be')
    .replace(/^Invalid option:/, 'is not allowed:');
}

/** `:12`, the line of the deepest part of `path` that the file has; nothing for what `--set` brought in. */
function lineOf(path: readonly PropertyKey[], document: Document, lines: LineCounter): string {
  for (let depth = path.length; depth >= 0; depth -= 1) {
    const key = path[depth - 1];
    const parent = document.getIn(path.slice(0, Math.max(0, depth - 1)), true);
    const pair = isMap(parent)
      ? parent.items.find((item) => isScalar(item.key) && item.key.value === key)
      : undefined;
    const node: unknown = pair?.key ?? document.getIn(path.slice(0, depth), true);
    if (typeof node === 'object' && node !== null && 'range' in node && Array.isArray(node.range))
      return `:${lines.linePos(Number(node.range[0])).line}`;
  }
  return '';
}

function suggestion(key: string, parent: readonly PropertyKey[]): string {
  const known = keysAt(parent);
  const nearest = closest(key, known);
  if (nearest !== '' && distance(key, nearest) <= Math.max(2, Math.floor(key.length / 3)))
    return `; did you mean "${nearest}"?`;
  return `; known keys here: ${known.join(', ')}`;
}

/** The keys that the recipe has at `path`. */
function keysAt(path: readonly PropertyKey[]): string[] {
  const [first, second] = path;
  if (first === undefined) return Object.keys(Recipe.shape);
  if (first === 'sources') return Object.keys(Source.shape);
  if (first === 'train' && second === undefined) return Object.keys(Train.shape);
  const section =
    first === 'train'
      ? Train.shape[second as keyof typeof Train.shape]
      : Recipe.shape[first as keyof typeof Recipe.shape];
  return shapeKeys(section);
}

function shapeKeys(schema: unknown): string[] {
  let inner = schema;
  while (typeof inner === 'object' && inner !== null) {
    if ('shape' in inner && typeof inner.shape === 'object' && inner.shape !== null)
      return Object.keys(inner.shape);
    inner = 'unwrap' in inner && typeof inner.unwrap === 'function' ? (inner.unwrap() as unknown) : undefined;
  }
  return [];
}

function dotted(path: readonly PropertyKey[]): string {
  return path.map(String).join('.');
}

function withAbsolutePaths(recipe: Recipe, cwd: string, outFrom: string): ResolvedRecipe {
  const absolute = (path: string): string =>
    isAbsolute(path) ? path : resolve(cwd, path).replaceAll('\\', '/');
  return {
    ...recipe,
    // Written in one way only, so that two recipes with one folder are noticed.
    out: resolve(outFrom, recipe.out ?? `runs/${recipe.name}`).replaceAll('\\', '/'),
    sources: recipe.sources.map((source) =>
      source.files === undefined
        ? source
        : {
            ...source,
            files: Array.isArray(source.files) ? source.files.map(absolute) : absolute(source.files),
          },
    ),
    ...(recipe.train === undefined ? {} : { train: withAbsoluteTokenizer(recipe.train, cwd) }),
  };
}

/** A tokenizer is a folder where it starts with "." or "/"; otherwise it is a Hub id. */
function withAbsoluteTokenizer(train: Train, cwd: string): Train {
  return train.tokenizer !== undefined && /^[./]/.test(train.tokenizer)
    ? { ...train, tokenizer: resolve(cwd, train.tokenizer) }
    : train;
}
