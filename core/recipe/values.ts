import { z } from 'zod';

export const positiveInt = z.int().min(1);

/** A fraction of the mix or of its prompts: the mix rule computes with its millionths, as integers. */
export const fraction = z
  .number()
  .max(1)
  .refine((value) => Number(value.toFixed(6)) === value, { error: 'has more than six decimals' });

/** One path or glob, or a list of them. */
export const oneOrMore = z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]);
