import type { FilterCondition } from '../recipe.js';
import { columnOf, isObject, type Layout } from './layout.js';

type Row = Readonly<Record<string, unknown>>;

/** A compiled filter. */
export interface RowFilter {
  /** Columns of the files that the filter reads. */
  readonly columns: readonly string[];
  readonly passes: (row: Row) => boolean;
}

/**
 * Compiles a recipe's `filter`: every condition has to hold. A missing or null column meets no condition;
 * equality is in JSON type and value; `min` and `max` are inclusive and for numbers only; `matches` is an
 * unanchored regular expression with the flag `u`, for text only. In the format `lmsys` the name `flagged`
 * means that some turn is flagged in the moderation column.
 */
export function compileFilter(
  filter: Readonly<Record<string, FilterCondition>> | undefined,
  layout: Layout,
): RowFilter {
  const conditions = Object.entries(filter ?? {}).map(([name, condition]) => {
    const holds = compileCondition(condition);
    if (layout.format === 'lmsys' && name === 'flagged') {
      const column = columnOf(layout, 'openai_moderation');
      return { column, holds: (row: Row) => holds(anyFlagged(row[column])) };
    }
    return { column: name, holds: (row: Row) => holds(row[name]) };
  });
  return {
    columns: [...new Set(conditions.map((condition) => condition.column))],
    passes: (row) => conditions.every((condition) => condition.holds(row)),
  };
}

function compileCondition(condition: FilterCondition): (value: unknown) => boolean {
  if (Array.isArray(condition)) {
    const wanted = new Set<unknown>(condition);
    return (value) => wanted.has(value);
  }
  if (typeof condition !== 'object') return (value) => value === condition;
  if ('matches' in condition) {
    const pattern = new RegExp(condition.matches, 'u');
    return (value) => typeof value === 'string' && pattern.test(value);
  }
  const { min = -Infinity, max = Infinity } = condition;
  return (value) => typeof value === 'number' && value >= min && value <= max;
}

/** `undefined`, which meets no condition, where the moderation is not a list. */
function anyFlagged(moderation: unknown): boolean | undefined {
  if (!Array.isArray(moderation)) return undefined;
  return moderation.some((turn: unknown) => isObject(turn) && turn['flagged'] === true);
}
