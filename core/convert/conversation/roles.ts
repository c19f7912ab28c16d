export const roles = ['user', 'assistant', 'system', 'tool'] as const;
/** The author of a message, as the OpenAI chat format names it. */
export type Role = (typeof roles)[number];

/** What the role of a row may mean: a {@link Role}, or a message that is the JSON of calls. */
export const rowRoles = [...roles, 'tool_call'] as const;
export type RowRole = (typeof rowRoles)[number];

const roleTable: readonly (readonly [string, RowRole])[] = [
  ['human', 'user'],
  ['user', 'user'],
  ['gpt', 'assistant'],
  ['assistant', 'assistant'],
  ['bot', 'assistant'],
  ['model', 'assistant'],
  ['system', 'system'],
  ['developer', 'system'],
  ['tool', 'tool'],
  ['function', 'tool'],
  ['observation', 'tool'],
  ['ipython', 'tool'],
  ['tool_response', 'tool'],
  ['tool_result', 'tool'],
  ['tool_output', 'tool'],
  ['function_response', 'tool'],
  ['function_result', 'tool'],
  ['tool_call', 'tool_call'],
  ['function_call', 'tool_call'],
];

/**
 * Returns the function that maps the role of a row to a {@link RowRole}, and anything else to `undefined`.
 * Names are compared in lower case, `-` and space as `_`; an alias of the recipe wins over the built-in
 * table.
 */
export function roleMap(
  aliases: Readonly<Record<string, RowRole>> = {},
): (role: unknown) => RowRole | undefined {
  const table = new Map<string, RowRole>(roleTable);
  for (const [name, role] of Object.entries(aliases)) table.set(normal(name), role);
  return (role) => {
    if (typeof role !== 'string') return undefined;
    return table.get(role) ?? table.get(normal(role));
  };
}

function normal(name: string): string {
  return name.toLowerCase().replaceAll(/[- ]/g, '_');
}
