import { plural } from '../../core/format.js';
import { findingNotes } from '../../core/convert/unread-notes.js';
import { shownNames } from '../../core/convert/shown-name.js';
import type { HeadFindings } from '../preview/head-findings.js';

/** What the first rows of a source show about a run, as lines for users. */
export function headNotes(head: HeadFindings): readonly string[] {
  const { rows, findings, otherNames } = head;
  return [
    ...findingNotes(findings, `in the first ${plural(rows, 'row')}`),
    ...(otherNames.length === 0
      ? []
      : [`${findings.name}: neither read nor counted: ${shownNames(otherNames)}`]),
    ...refusalNotes(head),
  ];
}

/** `llama3 has no form for reasoning: 64 of the first 64 rows of a would be refused`. */
export function refusalNotes({ rows, findings, refusals }: HeadFindings): readonly string[] {
  return refusals.map(
    ({ reason, rows: refused }) =>
      `${reason}: ${refused} of the first ${plural(rows, 'row')} of ${findings.name} would be refused`,
  );
}
