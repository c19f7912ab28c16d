/** Environment variables. */
export type Env = Readonly<Record<string, string | undefined>>;

/** The variable's value, `undefined` if it is unset or empty. */
export function fromEnv(env: Env, name: string): string | undefined {
  const value = env[name];
  return value === undefined || value === '' ? undefined : value;
}
