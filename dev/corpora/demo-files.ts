import { helperRow } from './helper.js';
import { hubCards, hubSettings } from './hub-cards.js';
import { type LmsysRow, lmsysRow, moderationCategories } from './lmsys.js';
import { magpieRow } from './magpie.js';
import { parquetFile } from './parquet.js';
import { lmsysColumns, magpieColumns } from './parquet-columns.js';
import { prosocialSplit } from './prosocial.js';
import { Random } from './random.js';
import { scaffoldingRow, toeflPilotRow, toeflRow } from './toefl.js';
import { damagedUltrachatLines, ultrachatRow } from './ultrachat.js';

const lines = (rows: readonly string[], end = '\n'): string => rows.map((row) => row + end).join('');
const repeat = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));

/**
 * Every demo file by its path under `data/`: `local/` as in a user's workspace, `hub/` as the local Hub
 * serves it. Small, invented texts in the true schemas and file names of the corpora; equal on every call and
 * machine.
 */
export function demoFiles(): Map<string, string | Uint8Array> {
  return new Map<string, string | Uint8Array>([
    ['local/ultrachat_200k_train_sft.jsonl', ultrachatFile()],
    ...toeflFiles(),
    ['local/helper_tools_reasoning.jsonl', helperFile()],
    ...prosocialFiles(),
    ...lmsysFiles(),
    ...magpieFiles(),
  ]);
}

function ultrachatFile(): string {
  const random = new Random('ultrachat');
  const rows = repeat(800, () => JSON.stringify(ultrachatRow(random)));
  for (const [index, line] of damagedUltrachatLines(random).entries())
    rows.splice(100 + index * 150, 0, line);
  return lines(rows);
}

/**
 * The parts overlap, two are empty, one has a byte order mark and one has Windows line ends: so are real
 * ones.
 */
function toeflFiles(): [string, string][] {
  const random = new Random('toefl');
  const name = (part: string): string => `local/toefl_synth_followups_${part}.jsonl`;
  const row = (index: number): string =>
    JSON.stringify(toeflRow(random, `toefl-${String(index).padStart(5, '0')}`));
  const main = repeat(300, row);
  const [one, two, four, six] = [repeat(40, row), repeat(40, row), repeat(40, row), repeat(40, row)];
  return [
    [name('5k_2turn_gemini3flash_openrouter_20260212_1922'), lines(main)],
    [name('10_part1_20260211_1810'), lines([...one, ...main.slice(0, 8)])],
    [name('10_part2_20260211_1822'), `\uFEFF${lines([...two, ...one.slice(0, 5)])}`],
    [name('10_part3_20260211_1834'), ''],
    [name('10_part4_20260211_1846'), lines([...four, ...main.slice(50, 56)], '\r\n')],
    [name('10_part5_20260211_1858'), ''],
    [name('10_part6_20260211_1910'), lines(six)],
    [name('100part1_20260211_2301'), lines(repeat(54, () => JSON.stringify(toeflPilotRow(random))))],
    ['local/scaffolding_1000.jsonl', lines(repeat(60, () => JSON.stringify(scaffoldingRow(random))))],
    ['local/test_scaffolding.jsonl', lines(repeat(4, () => JSON.stringify(scaffoldingRow(random))))],
  ];
}

function helperFile(): string {
  const random = new Random('helper');
  return lines(repeat(240, (index) => JSON.stringify(helperRow(random, `call_${index}`))));
}

function prosocialFiles(): [string, string][] {
  const random = new Random('prosocial');
  const root = 'hub/datasets/allenai/prosocial-dialog';
  return [
    [`${root}/README.md`, hubCards.prosocial],
    [`${root}/train.json`, lines(prosocialSplit(random, 0, 420))],
    [`${root}/valid.json`, lines(prosocialSplit(random, 420, 40))],
    [`${root}/test.json`, lines(prosocialSplit(random, 460, 40))],
  ];
}

function lmsysFiles(): [string, string | Uint8Array][] {
  const random = new Random('lmsys');
  const root = 'hub/datasets/lmsys/lmsys-chat-1m';
  return [
    [`${root}.hub.json`, hubSettings.lmsys],
    [`${root}/README.md`, hubCards.lmsys],
    ...repeat(3, (index): [string, Uint8Array] => {
      const rows: LmsysRow[] = repeat(240, () => lmsysRow(random));
      return [
        `${root}/data/train-0000${index}-of-00003-${random.hex(16)}.parquet`,
        parquetFile(rows, lmsysColumns(moderationCategories), 100),
      ];
    }),
  ];
}

function magpieFiles(): [string, string | Uint8Array][] {
  const random = new Random('magpie');
  const root = 'hub/datasets/Magpie-Align/Magpie-Llama-3.1-Pro-300K-Filtered';
  return [
    [`${root}/README.md`, hubCards.magpie],
    ...repeat(2, (index): [string, Uint8Array] => [
      `${root}/data/train-0000${index}-of-00002.parquet`,
      parquetFile(
        repeat(220, () => magpieRow(random)),
        magpieColumns,
        110,
      ),
    ]),
  ];
}
