import assert from 'node:assert/strict';
import { test } from 'node:test';
import { headrace } from '../../support/command.js';
import { codeOf, readPages } from './pages.js';

/** What a command takes, by its own help. */
interface Usage {
  /** Its words after `headrace`. */
  readonly words: readonly string[];
  /** By flag: whether it takes a value. */
  readonly flags: ReadonlyMap<string, boolean>;
  readonly least: number;
  readonly most: number;
}

interface Help {
  readonly usage: Usage;
  readonly commands: readonly string[];
  readonly examples: readonly string[];
}

async function helpOf(words: readonly string[]): Promise<Help> {
  const { code, stdout } = await headrace([...words, '--help'], {});
  assert.equal(code, 0, `headrace ${words.join(' ')} --help`);
  const args = (/^Usage: .*$/m.exec(stdout)?.[0] ?? '').replaceAll(/\[(options|command)\]/g, '');
  const flags = new Map<string, boolean>();
  for (const [, short, long = '', value] of stdout.matchAll(/^ {2}(?:(-\w), )?(--[\w-]+)( <[^>]+>)?/gm)) {
    flags.set(long, value !== undefined);
    if (short !== undefined) flags.set(short, value !== undefined);
  }
  const least = [...args.matchAll(/<[^>]+>/g)].length;
  return {
    usage: {
      words,
      flags,
      least,
      most: args.includes('...') ? Infinity : least + [...args.matchAll(/\[[^\]]+\]/g)].length,
    },
    commands: [...(/^Commands:\n(.*?)^(?:\S|$)/ms.exec(stdout)?.[1] ?? '').matchAll(/^ {2}([a-z][a-z-]+)/gm)]
      .map((match) => match[1] ?? '')
      .filter((name) => name !== 'help'),
    examples: [...stdout.matchAll(/^ {2}\$ (.*)$/gm)].map((match) => match[1] ?? ''),
  };
}

/** Every command there is, with those below it. */
async function allHelp(words: readonly string[] = []): Promise<Help[]> {
  const help = await helpOf(words);
  const below: Help[] = [];
  for (const name of help.commands) below.push(...(await allHelp([...words, name])));
  return [help, ...below];
}

/** Words as a shell makes them, to the end of the command. */
function shellWords(text: string): string[] {
  const words: string[] = [];
  for (const [word] of text.matchAll(/#.*|(?:"[^"]*"|'[^']*'|[^\s"'])+/g)) {
    if (/^(#|[|;&>)]|2>)/.test(word)) break;
    words.push(word.replaceAll(/["']/g, ''));
  }
  return words;
}

/** Commands of Headrace in a line; where only its name stands there is none. */
function commandsIn(line: string): string[] {
  return [...line.matchAll(/\bnpx headrace (.+)/g)].map((match) => match[1] ?? '');
}

/** Why a command is none of ours; `undefined` where it is one. */
function refusal(command: string, usages: readonly Usage[]): string | undefined {
  const words = shellWords(command);
  const usage = usages
    .filter((one) => one.words.every((word, at) => words[at] === word))
    .reduce((best, one) => (one.words.length > best.words.length ? one : best));
  const rest = words.slice(usage.words.length);
  if (usage.words.length === 0 && rest[0]?.startsWith('-') === false) return 'no such command';
  let positional = 0;
  while (rest.length > 0) {
    const word = rest.shift() ?? '';
    // What stands for "and more" in a page.
    if (word === '…') continue;
    if (!word.startsWith('-')) {
      positional += 1;
      continue;
    }
    const [flag = '', value] = word.split('=', 2);
    const takesValue = usage.flags.get(flag);
    if (takesValue === undefined) return `no flag ${flag}`;
    if (takesValue && value === undefined && rest.shift() === undefined) return `${flag} takes a value`;
  }
  return positional < usage.least || positional > usage.most
    ? `${positional} arguments instead of ${usage.least} to ${usage.most}`
    : undefined;
}

void test('every command in the docs and in the help is one that there is, with flags and arguments that it takes', async () => {
  const help = await allHelp();
  const usages = help.map(({ usage }) => usage);
  assert.ok(usages.length > 30, usages.map(({ words }) => words.join(' ')).join(', '));
  const said = [
    ...(await readPages()).flatMap((page) => codeOf(page).map((line) => ({ where: page.path, line }))),
    ...help.flatMap(({ usage, examples }) =>
      examples.map((line) => ({ where: `headrace ${usage.words.join(' ')} --help`, line })),
    ),
  ];
  const found = said.flatMap(({ where, line }) => commandsIn(line).map((command) => ({ where, command })));
  assert.ok(found.length > 80, `only ${found.length} commands were found`);
  const wrong = found.flatMap(({ where, command }) => {
    const why = refusal(command, usages);
    return why === undefined ? [] : [`${where}: headrace ${command}: ${why}`];
  });
  assert.deepEqual(wrong, []);
});

void test('a command that there is not, a wrong flag and a missing argument are noticed', async () => {
  const usages = [await helpOf([]), await helpOf(['cache', 'gc']), await helpOf(['trace'])].map(
    ({ usage }) => usage,
  );
  assert.equal(refusal('trace stage1 17 --json # where it is from', usages), undefined);
  assert.equal(refusal('cache gc --keep-days 14', usages), undefined);
  assert.equal(refusal('trance stage1', usages), 'no such command');
  assert.equal(refusal('trace stage1 17 --jsn', usages), 'no flag --jsn');
  assert.equal(refusal('trace stage1', usages), '1 arguments instead of 2 to 2');
  assert.equal(refusal('cache gc --keep-days', usages), '--keep-days takes a value');
});
