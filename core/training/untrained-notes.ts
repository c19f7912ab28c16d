import { refusalReasons, type SourceUntrained, type Untrained } from '../contracts/tokens.js';
import { formatCount, plural } from '../format.js';
import type { RendererName } from '../recipe.js';
import { incompleteResultsRemedy, incompleteResultsText } from './incomplete-results.js';
import { leftOutText } from './left-out-text.js';
import { refusalRemedy } from './refusal-remedy.js';
import { refusalText } from './refusals.js';

export interface UntrainedNote {
  /** `a: 64 of 640 rows are not trained: llama3 has no form for reasoning` */
  readonly text: string;
  /** Of a refusal: a sentence on what to do about it. */
  readonly remedy?: string;
}

/** What is not trained whatever `train_on` says, and what is not written. */
export function untrainedNotes({ renderer, sources, turnsWouldTrain }: Untrained): readonly UntrainedNote[] {
  return sources.flatMap((each) => [
    ...refusalNotes(each, renderer),
    ...turnNotes(each, renderer),
    ...otherNotes(each, renderer, turnsWouldTrain).map((text) => ({ text: `${each.source}: ${text}` })),
    ...resultNotes(each, renderer),
  ]);
}

/** The notes as lines for a terminal. */
export function untrainedLines(untrained: Untrained): readonly string[] {
  return noteLines(untrainedNotes(untrained));
}

/** Notes as lines for a terminal, each with its remedy below. */
export function noteLines(notes: readonly UntrainedNote[]): readonly string[] {
  return notes.flatMap(({ text, remedy }) => (remedy === undefined ? [text] : [text, `  ${remedy}`]));
}

function refusalNotes({ source, rows, refused }: SourceUntrained, renderer: RendererName): UntrainedNote[] {
  return refusalReasons.flatMap((reason) => {
    const count = refused[reason];
    if (count === undefined) return [];
    const which = `${formatCount(count)} of ${plural(rows, 'row')} ${count === 1 ? 'is' : 'are'}`;
    return {
      text: `${source}: ${which} not trained: ${refusalText(reason, renderer)}`,
      remedy: refusalRemedy(reason, renderer),
    };
  });
}

function turnNotes({ source, refusedTurns = {} }: SourceUntrained, renderer: RendererName): UntrainedNote[] {
  return refusalReasons.flatMap((reason) => {
    const count = refusedTurns[reason];
    if (count === undefined) return [];
    const which = `${plural(count, 'turn')} of other rows ${count === 1 ? 'is' : 'are'}`;
    return {
      text: `${source}: ${which} not trained: ${refusalText(reason, renderer)}`,
      remedy: refusalRemedy(reason, renderer),
    };
  });
}

function otherNotes(
  { weightZero, reasoningLeftOut, named }: SourceUntrained,
  renderer: RendererName,
  turnsWouldTrain: boolean | undefined,
): string[] {
  const context = (count: number): string => `${count === 1 ? 'is' : 'are'} context and not trained`;
  return [
    ...(weightZero === 0 ? [] : [`${plural(weightZero, 'message')} of weight 0 ${context(weightZero)}`]),
    ...(reasoningLeftOut === 0
      ? []
      : [
          `${plural(reasoningLeftOut, 'message')} ${context(reasoningLeftOut)}: ${leftOutText(renderer, turnsWouldTrain === true)}`,
        ]),
    ...(named === 0
      ? []
      : [`${plural(named, 'row')} ${named === 1 ? 'has' : 'have'} names, which ${renderer} does not write`]),
  ];
}

function resultNotes(
  { source, incompleteResults = 0 }: SourceUntrained,
  renderer: RendererName,
): UntrainedNote[] {
  if (incompleteResults === 0) return [];
  const text = `${source}: ${incompleteResultsText(incompleteResults, renderer)}`;
  return [{ text, remedy: incompleteResultsRemedy }];
}
