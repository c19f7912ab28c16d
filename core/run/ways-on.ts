import type { Wait } from './state.js';

/** The option of `replace-source` that mends a source, by the type of its failure. */
const replacements: ReadonlyMap<string, string> = new Map([
  ['FileNotFoundError', '--files …'],
  ['DatasetNotFoundError', '--dataset …'],
  ['HubTokenMissingError', '--files …'],
  ['GatedDatasetError', '--files …'],
  ['HubTokenScopeError', '--files …'],
  ['DatasetDisabledError', '--dataset …'],
  ['HubForbiddenError', '--files …'],
  ['RevisionNotFoundError', '--revision …'],
  ['ConfigNotFoundError', '--config …'],
  ['SplitNotFoundError', '--split …'],
  ['HubFileNotFoundError', '--data-files …'],
  ['HashMismatchError', '--revision …'],
  ['FormatError', '--format …'],
  ['TooManyRejectsError', '--max-reject-fraction …'],
]);

/** Commands after which the run `name` continues from what it waits for, the most likely first. */
export function waysOn(name: string, { kind, what, type }: Wait): readonly string[] {
  switch (kind) {
    case 'source': {
      const change = replacements.get(type);
      return [
        `npx headrace retry-source ${name} ${what}`,
        ...(change === undefined ? [] : [`npx headrace replace-source ${name} ${what} ${change}`]),
        `npx headrace skip-source ${name} ${what}`,
      ];
    }
    case 'review':
      return [
        `npx headrace review ${name}`,
        `npx headrace approve ${name}`,
        `npx headrace change-caps ${name} SOURCE=ROWS`,
        `npx headrace reject ${name}`,
      ];
    case 'pause':
      return [`npx headrace resume ${name}`];
    case 'stage':
      if (type === 'BudgetReachedError')
        return [`npx headrace change-budget ${name} tokens=… usd=…`, `npx headrace cancel ${name}`];
      return [
        `npx headrace retry-stage ${name} ${what}`,
        ...(what === 'mix' ? [`npx headrace change-caps ${name} SOURCE=ROWS`] : []),
      ];
  }
}
