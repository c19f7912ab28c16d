import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Command } from 'commander';
import { createProgram } from '../../../client/command-line/program.js';
import { headrace } from '../../support/command.js';
import { codeOf, readPages } from './pages.js';

/** The flags and arguments of a command, by its own help. */
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

/** The help of a command, as the command line prints it. */
function helpTextOf(command: Command): string {
  let text = '';
  command.configureOutput({
    writeOut(piece) {
      text += piece;
    },
    getOutHelpWidth: () => 80,
  });
  command.outputHelp();
  return text;
}

function readHelp(words: readonly string[], text: string): Help {
  const args = (/^Usage: .*$/m.exec(text)?.[0] ?? '').replaceAll(/\[(options|command)\]/g, '');
  const flags = new Map<string, boolean>();
  for (const [, short, long = '', value] of text.matchAll(/^ {2}(?:(-\w), )?(--[\w-]+)( <[^>]+>)?/gm)) {
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
    commands: [...(/^Commands:\n(.*?)^(?:\S|$)/ms.exec(text)?.[1] ?? '').matchAll(/^ {2}([a-z][a-z\d-]+)/gm)]
      .map((match) => match[1] ?? '')
      .filter((name) => name !== 'help'),
    examples: [...text.matchAll(/^ {2}\$ (.*)$/gm)].map((match) => match[1] ?? ''),
  };
}

/** A command and all below it, each with its words. */
function allCommands(command: Command, words: readonly string[] = []): Map<string, Command> {
  const below = command.commands.flatMap((each) => [...allCommands(each, [...words, each.name()])]);
  return new Map([[words.join(' '), command], ...below]);
}

const commands = allCommands(await createProgram([]));

function helpOf(name: string): Help {
  const command = commands.get(name);
  assert.ok(command !== undefined, `no command ${name}`);
  return readHelp(name === '' ? [] : name.split(' '), helpTextOf(command));
}

/** Every command of the help, with those below it. */
function allHelp(name = ''): Help[] {
  const help = helpOf(name);
  return [help, ...help.commands.flatMap((below) => allHelp(`${name} ${below}`.trim()))];
}

/** The words of a command, as a shell splits them. */
function shellWords(text: string): string[] {
  const words: string[] = [];
  for (const [word] of text.matchAll(/#.*|(?:"[^"]*"|'[^']*'|[^\s"'])+/g)) {
    if (/^(#|[|;&>)]|2>)/.test(word)) break;
    words.push(word.replaceAll(/["']/g, ''));
  }
  return words;
}

/** The commands of Headrace in a line. */
function commandsIn(line: string): string[] {
  return [...line.matchAll(/\bnpx headrace (.+)/g)].map((match) => match[1] ?? '');
}

/** Why a command is refused; `undefined` where it is accepted. */
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
    // An ellipsis in a page.
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

void test('every command in the docs and in the help exists and takes its flags and arguments', async () => {
  const help = allHelp();
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

void test('--help of the program and of a command is the text that is checked here', async () => {
  for (const name of ['', 'cache gc']) {
    const { code, stdout } = await headrace([...name.split(' ').filter(Boolean), '--help'], {});
    assert.equal(code, 0);
    assert.deepEqual(readHelp([], stdout), readHelp([], helpTextOf(commands.get(name) ?? assert.fail(name))));
  }
});

void test('an unknown command, an unknown flag and a missing argument are noticed', () => {
  const usages = ['', 'cache gc', 'trace'].map((name) => helpOf(name).usage);
  assert.equal(refusal('trace stage1 17 --json # where it is from', usages), undefined);
  assert.equal(refusal('cache gc --keep-days 14', usages), undefined);
  assert.equal(refusal('trance stage1', usages), 'no such command');
  assert.equal(refusal('trace stage1 17 --jsn', usages), 'no flag --jsn');
  assert.equal(refusal('trace stage1', usages), '1 arguments instead of 2 to 2');
  assert.equal(refusal('cache gc --keep-days', usages), '--keep-days takes a value');
});
