import { z } from 'zod';

const Scalar = z.union([z.string(), z.number(), z.boolean()]);

/**
 * What a column has to be: a value, one of some values, a number within bounds, or text that a regular
 * expression finds.
 */
export const FilterCondition = z.union([
  Scalar,
  z.array(Scalar).min(1),
  z.strictObject({ min: z.number().optional(), max: z.number().optional() }),
  z.strictObject({
    matches: z
      .string()
      .refine(isRegularExpression, { error: 'is not a JavaScript regular expression (flag u)' }),
  }),
]);
export type FilterCondition = z.infer<typeof FilterCondition>;

function isRegularExpression(text: string): boolean {
  try {
    return new RegExp(text, 'u') instanceof RegExp;
  } catch {
    return false;
  }
}
