import type { z } from 'zod';

/** A benchmark of `npm run bench`. */
export interface Bench {
  /** What it measures, in a sentence. */
  readonly summary: string;
  /** Each with a description and, unless it is optional, a default. */
  readonly options: z.ZodObject;
  /**
   * Measures.
   *
   * @param given - values of options as text, by name.
   * @returns the result in Markdown.
   * @throws {z.ZodError} where an option is not valid.
   */
  run(given: Readonly<Record<string, string | undefined>>): Promise<string>;
}

/** A benchmark whose function gets its options parsed. */
export function defineBench<Options extends z.ZodObject>(bench: {
  readonly summary: string;
  readonly options: Options;
  readonly run: (options: z.infer<Options>) => Promise<string>;
}): Bench {
  const { summary, options } = bench;
  return { summary, options, run: async (given) => bench.run(options.parse(given)) };
}
