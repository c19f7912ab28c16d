// Builds and runs tests with Node's test runner.
//
//   node scripts/test.mjs [--built] [SUITE …]       suites of the table below; without one, those of npm test
//   node scripts/test.mjs [--built] --one TEST …    test files, or words of a test's name
//
// A folder of a suite, such as `activities/mix`, runs a part of it.
// `--built` takes dist/ as it is.
import { readdirSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { build } from './build.mjs';
import { root, run } from './run.mjs';

/**
 * A test that takes longer than this hangs: the longest, with several kills of a whole run, take some
 * minutes.
 */
const timeoutMs = 20 * 60_000;
const filesAtOnce = 2;

/** The folder of each suite. */
const suites = {
  unit: 'test/unit',
  activities: 'test/activities',
  workflows: 'test/workflows',
  dev: 'test/dev',
  e2e: 'test/e2e',
  s3: 'test/s3',
  scale: 'test/scale',
  interop: 'test/interop/fast',
  'interop-cookbook': 'test/interop/cookbook',
  'interop-skyrl': 'test/interop/skyrl',
};
const everything = ['unit', 'activities', 'workflows', 'dev', 'e2e'];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { built: { type: 'boolean', default: false }, one: { type: 'boolean', default: false } },
});
const chosen = values.one ? oneTest(positionals.join(' ')) : { files: filesOf(positionals), args: [] };
if (!values.built) build();
run(process.execPath, [
  '--test',
  // It names what failed at the end, which is what a log that was cut still shows.
  '--test-reporter=spec',
  `--test-timeout=${timeoutMs}`,
  `--test-concurrency=${filesAtOnce}`,
  ...chosen.args,
  ...chosen.files.map(compiled),
]);

/** @param {readonly string[]} names */
function filesOf(names) {
  return (names.length === 0 ? everything : names).flatMap((name) => {
    const [suite, ...below] = name.split('/');
    const folder = suites[/** @type {keyof typeof suites} */ (suite)];
    if (folder === undefined) stop(`There is no suite ${name}; there are ${Object.keys(suites).join(', ')}.`);
    return testsIn([folder, ...below].join('/'));
  });
}

/**
 * Test files as they are, or the files that hold a test of that name and a pattern for it.
 *
 * @param {string} asked
 */
function oneTest(asked) {
  if (asked === '') stop('Name a test file, or words of the name of a test: npm run test:one -- FILE|NAME');
  if (/\.[jt]s$/.test(asked)) return { files: asked.split(' '), args: [] };
  const files = testsIn('test').filter((file) => readFileSync(`${root}${file}`, 'utf8').includes(asked));
  if (files.length === 0) stop(`No test file holds "${asked}".`);
  const pattern = asked.replaceAll(/[.*+?^${}()|[\]\\/]/g, '\\$&');
  return { files, args: [`--test-name-pattern=${pattern}`] };
}

/** @param {string} folder */
function testsIn(folder) {
  return readdirSync(`${root}${folder}`, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.ts'))
    .sort()
    .map((name) => `${folder}/${name}`);
}

/** @param {string} file */
function compiled(file) {
  return file.startsWith('dist/') ? file : `dist/${file.replace(/\.ts$/, '.js')}`;
}

/**
 * @param {string} message
 * @returns {never}
 */
function stop(message) {
  process.stderr.write(`${message}\n`);
  process.exit(2);
}
