/** The most levels of lists and objects in what a conversation keeps as JSON. */
export const maxNesting = 500;

/** Whether a JSON value has more than {@link maxNesting} levels of lists and objects, itself included. */
export function nestsTooDeep(value: unknown): boolean {
  let level = [value].filter(isContainer);
  for (let depth = 1; level.length > 0; depth += 1) {
    if (depth > maxNesting) return true;
    level = level.flatMap((container) => Object.values(container) as unknown[]).filter(isContainer);
  }
  return false;
}

function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
