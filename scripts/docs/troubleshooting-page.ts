import { errorTable } from '../../core/errors.js';
import type { ErrorType } from '../../core/errors.js';
import { errorMeanings } from './error-meanings.js';

/** docs/troubleshooting.md: every error of the table with its meaning and remedy. */
export function troubleshootingPage(): string {
  return `# Troubleshooting

An error message gives what went wrong, where and why; this page explains each error by its name. In a run that waits, follow the remedy,
then \`npx headrace retry-source RUN SOURCE\` or \`npx headrace retry-stage RUN STAGE\`; \`npx headrace status RUN\` shows what it waits for.

<!-- Made from core/errors.ts by \`npm run docs\`; a test holds it to that. -->

${(Object.keys(errorTable) as ErrorType[]).map(sectionOf).join('\n')}`;
}

function sectionOf(type: ErrorType): string {
  const { retry, remedy } = errorTable[type];
  const consequence = retry
    ? 'It is retried automatically.'
    : 'It is not retried: in a run, the source or stage parks and waits for you.';
  return `## ${type}\n\n${errorMeanings[type]} ${consequence}\n\n${remedy}\n`;
}
