import { stringify } from 'yaml';
import type { WriteReportInput } from '../../../../core/contracts/report.js';
import type { RunFiles } from '../../read/read-run.js';
import { clip, visible } from '../format.js';
import { html, table, type Part } from '../html.js';
import type { PageParts } from '../page.js';

/** Most characters of recipe.lock.json on the page; with thousands of files it is long. */
const lockLimit = 60_000;

/** The recipe, its lock, and the versions that made the run. */
export function recipeSection(
  { recipe }: WriteReportInput,
  { lock }: RunFiles,
  versions: PageParts['versions'],
): Part {
  return html`<section>
    <h2>Recipe</h2>
    <pre>${visible(stringify(recipe, { lineWidth: 0 }))}</pre>
    ${
      lock === undefined
        ? null
        : html`<details>
            <summary>recipe.lock.json: the exact commits and files</summary>
            <pre>${clip(lock, lockLimit)}</pre>
          </details>`
    }
    <h3>Versions</h3>
    ${table(
      ['what', 'version'],
      'll',
      Object.entries(versions).map(([name, version]) => [name, String(version)]),
    )}
  </section>`;
}
