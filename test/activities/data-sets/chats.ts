import { list, parquetFile, struct, text } from '../../../dev/corpora/parquet.js';
import { lmsysColumns, magpieColumns } from '../../../dev/corpora/parquet-columns.js';
import { lmsysRow, moderationCategories } from '../../../dev/corpora/lmsys.js';
import { magpieRow } from '../../../dev/corpora/magpie.js';
import { prosocialDialogue } from '../../../dev/corpora/prosocial.js';
import { Random } from '../../../dev/corpora/random.js';
import { ultrachatRow } from '../../../dev/corpora/ultrachat.js';
import { assistant, card, exchanges, expectedLine, jsonLines, rowsOfEach, system, user } from './data-set.js';
import type { DataSet, ExpectedMessage } from './data-set.js';

interface Turn {
  readonly role: string;
  readonly content: string;
}

const listOf = (name: string, ...keys: readonly string[]) =>
  list(name, (element) => struct(element, ...keys.map(text)));
const plain = (turns: readonly Turn[]): string =>
  expectedLine(turns.map(({ role, content }): ExpectedMessage => ({ role, content })));

/** HuggingFaceH4/ultrachat_200k. */
export function ultrachat(): DataSet {
  const random = new Random('data set ultrachat');
  const rows = Array.from({ length: rowsOfEach }, () => ultrachatRow(random));
  const root = 'datasets/HuggingFaceH4/ultrachat_200k';
  const columns = [text('prompt'), text('prompt_id'), listOf('messages', 'content', 'role')];
  const path = 'data/train_sft-00000-of-00001-a3ecf92756993583.parquet';
  return {
    files: {
      [`${root}/README.md`]: card([{ config: 'default', split: 'train_sft', path: 'data/train_sft-*' }]),
      [`${root}/${path}`]: parquetFile(rows, columns, 10),
    },
    lines: rows.map(({ messages }) => plain(messages)),
  };
}

/** lmsys/lmsys-chat-1m. */
export function lmsys(): DataSet {
  const random = new Random('data set lmsys');
  const rows = Array.from({ length: 5 * rowsOfEach }, () => lmsysRow(random));
  const taken = rows.filter(
    ({ language, redacted, openai_moderation }) =>
      language === 'English' && !redacted && openai_moderation.every(({ flagged }) => !flagged),
  );
  const path = 'datasets/lmsys/lmsys-chat-1m/data/train-00000-of-00001-4feeb3f83346a0e9.parquet';
  return {
    files: { [path]: parquetFile(rows, lmsysColumns(moderationCategories), 50) },
    lines: taken.map(({ conversation }) => plain(conversation)),
    counts: { filtered: rows.length - taken.length },
  };
}

/** Magpie-Align/Magpie-Llama-3.1-Pro-300K-Filtered. */
export function magpie(): DataSet {
  const random = new Random('data set magpie');
  const rows = Array.from({ length: rowsOfEach }, () => magpieRow(random));
  const taken = rows.filter(({ input_quality }) => input_quality !== 'average');
  const path = 'datasets/Magpie-Align/Magpie-Llama-3.1-Pro-300K-Filtered/data/train-00000-of-00001.parquet';
  return {
    files: { [path]: parquetFile(rows, magpieColumns, 50) },
    lines: taken.map(({ instruction, response }) => expectedLine([user(instruction), assistant(response)])),
    counts: { filtered: rows.length - taken.length },
  };
}

/** allenai/prosocial-dialog: a row is a turn. */
export function prosocial(): DataSet {
  const random = new Random('data set prosocial');
  const dialogues = Array.from({ length: rowsOfEach }, (_, index) => prosocialDialogue(random, index));
  return {
    files: { 'datasets/allenai/prosocial-dialog/train.json': jsonLines(random.shuffle(dialogues.flat())) },
    lines: dialogues.map((rows) =>
      expectedLine(rows.flatMap(({ context, response }) => [user(context), assistant(response)])),
    ),
  };
}

/** allenai/tulu-3-sft-mixture. */
export function tulu(): DataSet {
  const random = new Random('data set tulu');
  const rows = exchanges(random).map(({ index, question, answer, goal }) => ({
    id: `ai2-adapt-dev/oasst1_converted_${index}`,
    messages: [
      ...(index % 3 === 0 ? [system(`You know all about ${goal}.`)] : []),
      user(question),
      assistant(answer),
      ...(index % 2 === 0 ? [user('Thank you!'), assistant('You are welcome.')] : []),
    ].map(({ role, content }) => ({ content, role })),
    source: 'ai2-adapt-dev/oasst1_converted',
  }));
  const columns = [text('id'), listOf('messages', 'content', 'role'), text('source')];
  const path = 'datasets/allenai/tulu-3-sft-mixture/data/train-00000-of-00006.parquet';
  return {
    files: { [path]: parquetFile(rows, columns, 10) },
    lines: rows.map(({ messages }) => plain(messages)),
  };
}
