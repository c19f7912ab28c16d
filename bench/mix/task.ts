import { join } from 'node:path';
import { Source } from '../../core/recipe.js';

/**
 * What is mixed of the corpora in `dir`; the scripts in `python/` state the same.
 *
 * @param only - the one source that is wanted. @default all
 */
export function benchSources(dir: string, only?: string): readonly Source[] {
  const sources = [
    { name: 'ultrachat', files: 'ultrachat.jsonl', format: 'messages' },
    {
      name: 'lmsys',
      files: 'lmsys-*.parquet',
      format: 'lmsys',
      filter: { language: 'English', redacted: false },
    },
    { name: 'magpie', files: 'magpie-*.parquet', format: 'magpie' },
    { name: 'prosocial', files: 'prosocial.json', format: 'prosocial' },
  ];
  return sources
    .filter(({ name }) => only === undefined || name === only)
    .map((source) =>
      // One turn in 600 is empty, so that more rows than usual are rejected.
      Source.parse({ ...source, files: join(dir, source.files), max_reject_fraction: 0.1 }),
    );
}
