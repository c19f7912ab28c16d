import { formatCount, plural } from '../../core/format.js';
import { findingNotes } from '../../core/convert/findings/unread-notes.js';
import { shownNames } from '../../core/convert/findings/shown-name.js';
import { refusalReasons } from '../../core/contracts/tokens.js';
import { incompleteResultsRemedy, incompleteResultsText } from '../../core/training/incomplete-results.js';
import { leftOutText } from '../../core/training/left-out-text.js';
import { refusalRemedy } from '../../core/training/refusal-remedy.js';
import { refusalText } from '../../core/training/refusals.js';
import { noteLines, type UntrainedNote } from '../../core/training/untrained-notes.js';
import type { HeadFindings } from '../preview/head-findings.js';

/** What the first rows of a source show about a run, as lines for users. */
export function headNotes(head: HeadFindings): readonly string[] {
  const { findings, otherNames } = head;
  return [
    ...headFindingNotes(head),
    ...(otherNames.length === 0
      ? []
      : [`${findings.name}: other names, not read and not counted: ${shownNames(otherNames)}`]),
    ...noteLines(forecastNotes(head)),
  ];
}

/** The part of {@link headNotes} that is about reading. */
export function headFindingNotes({ rows, findings }: HeadFindings): readonly string[] {
  return findingNotes(findings, rows === 1 ? 'in the first row' : `in the first ${formatCount(rows)} rows`);
}

/**
 * What the training would leave untrained: `llama3 has no form for reasoning: 64 of the first 64 rows of a
 * would be refused`.
 */
export function forecastNotes({ rows, findings, training }: HeadFindings): readonly UntrainedNote[] {
  if (training === null) return [];
  const { renderer, refused, refusedTurns = {}, reasoningLeftOut, turnsWouldTrain } = training;
  const { incompleteResults = 0 } = training;
  const first = `the first ${plural(rows, 'row')} of ${findings.name}`;
  const refusalNotes = (counts: typeof refused, what: (count: number) => string): UntrainedNote[] =>
    refusalReasons.flatMap((reason) => {
      const count = counts[reason];
      if (count === undefined) return [];
      const text = `${refusalText(reason, renderer)}: ${what(count)} would be refused`;
      return { text, remedy: refusalRemedy(reason, renderer) };
    });
  return [
    ...refusalNotes(refused, (count) => `${count} of ${first}`),
    ...refusalNotes(refusedTurns, (count) => `${plural(count, 'turn')} of others of ${first}`),
    ...(reasoningLeftOut === 0
      ? []
      : [
          {
            text: `${plural(reasoningLeftOut, 'message')} in ${first} would be context and not trained: ${leftOutText(renderer, turnsWouldTrain)}`,
          },
        ]),
    ...(incompleteResults === 0
      ? []
      : [
          {
            text: `in ${first}, ${incompleteResultsText(incompleteResults, renderer)}`,
            remedy: incompleteResultsRemedy,
          },
        ]),
  ];
}
