import type { SampleLine } from '../../../../core/training/sample-line.js';
import { clip, count } from '../format.js';
import { html, type Part } from '../html.js';

/** Most evaluations side by side. */
const mostColumns = 4;

/** Answers to the recipe's prompts, by the base model and by checkpoints. */
export function answersSection(samples: readonly SampleLine[]): Part {
  const answered = samples.filter(({ answers }) => answers.length > 0);
  const shown = spread(answered, mostColumns);
  const prompts = [...new Set(shown.flatMap(({ answers }) => answers.map(({ prompt }) => prompt)))];
  if (prompts.length === 0) return null;
  return html`<section>
    <h2>Answers side by side</h2>
    ${
      shown.length === answered.length
        ? null
        : html`<p class="soft">
            ${count(shown.length)} of ${count(answered.length)} evaluations; samples.jsonl has them all.
          </p>`
    }
    ${prompts.map(
      (prompt) =>
        html`<h3>${prompt}</h3>
          <div class="answers">
            ${shown.map(({ label, answers }) => {
              const found = answers.find((answer) => answer.prompt === prompt);
              return found === undefined
                ? null
                : html`<div class="answer">
                    <h4>${label}</h4>
                    <div>${clip(found.answer, 2000)}</div>
                    ${found.stopReason === 'length' ? html`<span class="soft">(reached the length limit)</span>` : null}
                  </div>`;
            })}
          </div>`,
    )}
  </section>`;
}

/** At most `limit` members, evenly spread, including the first and the last. */
export function spread<T>(list: readonly T[], limit: number): readonly T[] {
  if (list.length <= limit) return list;
  const positions = Array.from({ length: limit }, (_, index) =>
    Math.round((index * (list.length - 1)) / (limit - 1)),
  );
  return list.filter((_, index) => positions.includes(index));
}
