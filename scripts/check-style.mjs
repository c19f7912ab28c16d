// Fails where a line breaks a rule of style that neither oxlint nor the formatter has.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { root } from './run.mjs';

/** `printWidth` of .oxfmtrc.json. The formatter wraps code and leaves comments alone. */
const { printWidth } = JSON.parse(readFileSync(`${root}.oxfmtrc.json`, 'utf8'));

const comment = /^\s*(\/\/|\/?\*)|\s\/\/ /;
/** A URL cannot be wrapped; a lint directive ends at its line. */
const unwrappable = /https?:\/\/\S{20}|(oxlint|eslint)-disable/;

/** Each rule: what it requires, and whether a line of a file breaks it. */
const rules = [
  {
    requires: `a comment within ${printWidth} columns`,
    breaks: (/** @type {string} */ line) =>
      line.length > printWidth && comment.test(line) && !unwrappable.test(line),
  },
  {
    requires: '`#private` in place of the keyword',
    breaks: (/** @type {string} */ line) =>
      /^\s+(private|protected|public) (?!constructor\b)\w|constructor\((private|protected|public) /.test(
        line,
      ),
  },
];

const files = execFileSync('git', ['ls-files', '*.ts', '*.mjs'], { cwd: root, encoding: 'utf8' });
const broken = files
  .trimEnd()
  .split('\n')
  .filter((file) => existsSync(`${root}${file}`))
  .flatMap(brokenRules);
if (broken.length > 0) {
  process.stderr.write(`${broken.join('\n')}\n`);
  process.exit(1);
}

/** @param {string} file */
function brokenRules(file) {
  return readFileSync(`${root}${file}`, 'utf8')
    .split('\n')
    .flatMap((line, index) =>
      rules.filter(({ breaks }) => breaks(line)).map(({ requires }) => `${file}:${index + 1}: ${requires}`),
    );
}
