import type { WriteReportInput } from '../../../../core/contracts/report.js';
import { count } from '../format.js';
import { html, table, type Part } from '../html.js';

/** The files of the mix, with their hashes. */
export function filesSection({ mix, out }: WriteReportInput): Part {
  if (mix === null) return null;
  return html`<section>
    <h2>Files</h2>
    <p>In <code>${out}</code></p>
    ${table(
      ['file', 'lines', 'bytes', 'SHA-256'],
      'lnnl',
      [mix.train, mix.heldout].map(({ path, lines, bytes, sha256 }) => [
        path.split('/').at(-1),
        count(lines),
        count(bytes),
        html`<code>${sha256}</code>`,
      ]),
    )}
  </section>`;
}
