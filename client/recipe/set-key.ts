import { parseDocument } from 'yaml';
import type { Document } from 'yaml';
import { HeadraceError, messageOf } from '../../core/errors.js';

/**
 * Applies `key.path=value` to a recipe; the value is YAML. @throws {HeadraceError} RecipeError where it
 * cannot be applied.
 */
export function setKey(document: Document, assignment: string): void {
  const equals = assignment.indexOf('=');
  if (equals < 1)
    throw new HeadraceError(
      'RecipeError',
      `--set ${assignment}: expected key.path=value, for instance train.epochs=2`,
    );
  const path = assignment
    .slice(0, equals)
    .split('.')
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part));
  try {
    document.setIn(path, document.createNode(parseDocument(assignment.slice(equals + 1)).toJS()));
  } catch (error) {
    throw new HeadraceError('RecipeError', `--set ${assignment}: ${messageOf(error)}`, { cause: error });
  }
}
