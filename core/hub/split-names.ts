import { baseOf, stemOf } from './data-files.js';
import { splitWords } from './split-rules.js';

/**
 * The name in `there` that a request means: the same; `partial-` and the same; another word for validation
 * (`valid`, `dev`, `val`); `<dataset>-` and the same, as `c4-train`. `undefined` where none or several would
 * do: two splits are never united.
 */
export function splitNamed(asked: string, there: readonly string[]): string | undefined {
  if (there.includes(asked)) return asked;
  if (there.includes(`partial-${asked}`)) return `partial-${asked}`;
  for (const matches of [
    (name: string) => validationNames.has(asked) && validationNames.has(name.replace(/^partial-/, '')),
    (name: string) => name.endsWith(`-${asked}`) && !name.startsWith('partial-'),
  ]) {
    const matching = there.filter(matches);
    if (matching.length > 0) return matching.length === 1 ? matching[0] : undefined;
  }
  return undefined;
}

const validationNames = new Set(splitWords['validation']);

/**
 * Files with the split's own name, for splits without a word of their own: `train_sft.jsonl`,
 * `gen/0000.parquet`.
 */
export function filesNamedAs(split: string, paths: readonly string[]): string[] {
  return paths.filter((path) => {
    const stem = stemOf(path);
    return (
      path.slice(0, -baseOf(path).length).split('/').includes(split) ||
      stem === split ||
      (stem.startsWith(split) && /^[-_.]\d+/.test(stem.slice(split.length)))
    );
  });
}
