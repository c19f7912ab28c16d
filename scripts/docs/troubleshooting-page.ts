import { errorTable } from '../../core/errors.js';
import type { ErrorType } from '../../core/errors.js';
import { rejectReasons } from '../../core/contracts/conversion.js';
import { errorMeanings } from './error-meanings.js';
import { code, markdownTable } from './markdown.js';
import { rejectMeanings } from './reject-meanings.js';

/** docs/troubleshooting.md: every error of the table with its meaning and remedy. */
export function troubleshootingPage(): string {
  return `# Troubleshooting

An error message gives what went wrong, where and why; this page explains each error by its name. In a run that waits, follow the remedy,
then \`npx headrace retry-source RUN SOURCE\` or \`npx headrace retry-stage RUN STAGE\`; \`npx headrace status RUN\` shows what it waits for.

<!-- Made from core/errors.ts by \`npm run docs\`; a test holds it to that. -->

${(Object.keys(errorTable) as ErrorType[]).map(sectionOf).join('\n')}
## Rejected rows

\`rejects.jsonl\` has the file, the line or row, the reason and the start of each rejected row. Every check is made, and the first reason in
this table is counted. Messages behind the last one of the assistant are left out; of them only the roles are checked.

${rejectTable()}

Examples, as \`messages\` where nothing else is said:

${rejectExamples()}
`;
}

function rejectTable(): string {
  return markdownTable([
    ['reason', 'the row…', 'what to do'],
    ...rejectReasons.map((reason) => [
      code(reason),
      rejectMeanings[reason].meaning,
      rejectMeanings[reason].remedy,
    ]),
  ]);
}

function rejectExamples(): string {
  return rejectReasons
    .flatMap((reason) => {
      const { example } = rejectMeanings[reason];
      if (example === undefined) return [];
      const format = example.format === 'messages' ? '' : `, as ${code(example.format)}`;
      return `${code(reason)}${format}:\n\n\`\`\`text\n${example.row}\n\`\`\``;
    })
    .join('\n\n');
}

function sectionOf(type: ErrorType): string {
  const { retry, remedy } = errorTable[type];
  const consequence = retry
    ? 'It is retried automatically.'
    : 'It is not retried: in a run, the source or stage parks and waits for you.';
  return `## ${type}\n\n${errorMeanings[type]} ${consequence}\n\n${remedy}\n`;
}
