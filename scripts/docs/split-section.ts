import { splitRules, splitWords } from '../../core/hub/split-rules.js';
import { code, markdownTable } from './markdown.js';

/** The section of docs/recipe.md on the files of a split. */
export function splitSection(): string {
  return `### The files of a split

\`data_files\` decides alone where the recipe has it. Else the \`configs\` of the dataset's README.md decide (or of its .huggingface.yaml), with
their \`data_dir\` and their patterns. Where they name no files, the names of the files do. The first rule that shows one split decides
for all files:

${markdownTable([
  ['what stands for the split', 'file', 'split'],
  ...splitRules.flatMap(({ meaning, shown }) =>
    Object.entries(shown).map(([path, split], index) => [
      index === 0 ? meaning : '',
      code(path),
      code(split),
    ]),
  ),
])}

The words for splits are set off by digits, blanks or \`-._\`, in upper or lower case: ${Object.entries(
    splitWords,
  )
    .map(([split, words]) => `${words.map(code).join(', ')} (${code(split)})`)
    .join('; ')}.

A name that stands for one split stays as it stands. \`split\` finds it, or \`partial-\` and it, or a name that ends with \`-\` and it, or another
word for validation; where several would do, the error lists them. Python \`datasets\` unites such splits under a word that they
share; a test compares both. A file is in one split. What is in none, or in a format that is not read, is named in the notes of the
source. On \`refs/convert/parquet\` a config is a top folder.
`;
}
