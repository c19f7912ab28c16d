/** A value's type without the keys whose value is `undefined`; those keys become optional. */
export type Defined<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

/**
 * The object without the keys whose value is `undefined`, as `exactOptionalPropertyTypes` requires.
 *
 * `defined({ a: 1, b: undefined })` is `{ a: 1 }`.
 */
export function defined<T extends object>(values: T): Defined<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Defined<T>;
}
