/** Who speaks, in the words of the OpenAI chat format. */
export type Role = 'user' | 'assistant' | 'system';

const roleTable: readonly (readonly [string, Role])[] = [
  ['human', 'user'],
  ['user', 'user'],
  ['gpt', 'assistant'],
  ['assistant', 'assistant'],
  ['bot', 'assistant'],
  ['model', 'assistant'],
  ['system', 'system'],
];

/**
 * Returns a function that maps a role as found in a row to one of ours, and anything else to `undefined`. Names are
 * compared in lower case; a recipe's alias wins over the built-in table.
 */
export function roleMap(aliases: Readonly<Record<string, Role>> = {}): (role: unknown) => Role | undefined {
  const table = new Map<string, Role>(roleTable);
  for (const [name, role] of Object.entries(aliases)) table.set(name.toLowerCase(), role);
  return (role) => {
    if (typeof role !== 'string') return undefined;
    return table.get(role) ?? table.get(role.toLowerCase());
  };
}
