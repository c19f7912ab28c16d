import { formatCount, plural } from '../../core/format.js';
import { findingNotes } from '../../core/convert/findings/unread-notes.js';
import { shownNames } from '../../core/convert/findings/shown-name.js';
import { refusalRemedy } from '../../core/training/refusal-remedy.js';
import { refusalText } from '../../core/training/refusals.js';
import type { HeadFindings } from '../preview/head-findings.js';

/** What the first rows of a source show about a run, as lines for users. */
export function headNotes(head: HeadFindings): readonly string[] {
  const { findings, otherNames } = head;
  return [
    ...headFindingNotes(head),
    ...(otherNames.length === 0
      ? []
      : [`${findings.name}: other names, not read and not counted: ${shownNames(otherNames)}`]),
    ...refusalNotes(head).flatMap(({ text, remedy }) => [text, `  ${remedy}`]),
  ];
}

/** The part of {@link headNotes} that is about reading. */
export function headFindingNotes({ rows, findings }: HeadFindings): readonly string[] {
  return findingNotes(findings, rows === 1 ? 'in the first row' : `in the first ${formatCount(rows)} rows`);
}

interface RefusalNote {
  /** `llama3 has no form for reasoning: 64 of the first 64 rows of a would be refused`. */
  readonly text: string;
  readonly remedy: string;
}

export function refusalNotes({ rows, findings, refusals }: HeadFindings): readonly RefusalNote[] {
  return refusals.map(({ renderer, reason, rows: refused }) => ({
    text: `${refusalText(reason, renderer)}: ${refused} of the first ${plural(rows, 'row')} of ${findings.name} would be refused`,
    remedy: refusalRemedy(reason, renderer),
  }));
}
