import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { messageListOf, type Layout } from '../../../core/convert/layout.js';
import {
  bool,
  float64,
  int64,
  list,
  parquetFile,
  struct,
  text,
  type Column,
} from '../../../dev/corpora/parquet.js';
import type { Dice } from '../../support/dice.js';
import type { RandomSource, Row } from './random-source.js';

/** What stands in a file, and a plain file of the same rows for the checker. */
export interface WrittenFile {
  readonly path: string;
  readonly plainPath: string;
}

const badLines = [
  '{"messages": [}',
  'nope',
  '[1, 2]',
  '"text"',
  'null',
  '{"a": NaN}',
  "{'a': 1}",
  '{} {}',
  '{"prompt": "a\tb"}',
];
const blankLines = ['', '  ', '\t', ' \t '];

/**
 * Writes rows in one of the ways in which JSON is kept: lines or a list, packed or not, with odd and broken
 * rows.
 */
export async function writeTextFile(
  dice: Dice,
  dir: string,
  name: string,
  rows: readonly Row[],
): Promise<WrittenFile> {
  const odd = dice.chance(0.6);
  if (dice.chance(0.2)) {
    const values: unknown[] = odd ? [...rows, null, 5, 'x', ['y']] : [...rows];
    const body = dice.chance(0.5) ? JSON.stringify(values, null, 1) : values.map(encoded(dice)).join(' , ');
    const listed = body.startsWith('[') ? body : `\n [${body}]\n`;
    return write(
      dice,
      dir,
      `${name}.${dice.pick(['json', 'json', 'jsonl'])}`,
      Buffer.from(dice.chance(0.2) ? `\uFEFF${listed}` : listed),
    );
  }
  const newline = dice.chance(0.3) ? '\r\n' : '\n';
  const lines: Buffer[] = [];
  for (const row of rows) {
    if (odd && dice.chance(0.08)) lines.push(Buffer.from(dice.pick(badLines)));
    if (odd && dice.chance(0.05)) lines.push(Buffer.from(dice.pick(blankLines)));
    if (odd && dice.chance(0.03)) lines.push(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d]));
    if (odd && dice.chance(0.02)) lines.push(Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]));
    const marks = odd && dice.chance(0.05) ? dice.pick(['\uFEFF', '\uFEFF\uFEFF']) : '';
    lines.push(Buffer.from(`${marks}${encoded(dice)(row)}`));
  }
  const joined = Buffer.concat(lines.flatMap((line) => [line, Buffer.from(newline)]));
  const cut = dice.chance(0.4) ? joined.subarray(0, joined.length - newline.length) : joined;
  const marked = dice.chance(0.2) ? Buffer.concat([Buffer.from('\uFEFF'), cut]) : cut;
  return write(dice, dir, `${name}.jsonl`, marked);
}

/** JSON in one of its spellings. */
function encoded(dice: Dice): (value: unknown) => string {
  return (value) => {
    const written = dice.chance(0.8)
      ? JSON.stringify(value)
      : ` \t${JSON.stringify(value, null, 1).replaceAll('\n', ' ')} `;
    const plain = dice.chance(0.1) ? withNonFinite(dice, written) : written;
    if (dice.chance(0.7)) return plain;
    const escaped = plain.replaceAll('/', '\\/');
    return escaped.replace(
      /[\u007f-\uffff]/g,
      (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
    );
  };
}

/** With some numbers as Python writes those that are not finite. */
export function withNonFinite(dice: Dice, json: string): string {
  return json.replace(/(: ?)(-?\d[\d.eE+-]*|null)(?=[ ,}])/g, (whole, before: string) =>
    dice.chance(0.5) ? `${before}${dice.pick(['NaN', 'Infinity', '-Infinity'])}` : whole,
  );
}

async function write(dice: Dice, dir: string, name: string, bytes: Buffer): Promise<WrittenFile> {
  const plainPath = join(dir, name);
  await writeFile(plainPath, bytes);
  if (dice.chance(0.7)) return { path: plainPath, plainPath };
  const isNamedSo = dice.chance(0.7);
  const [path, packed] = dice.chance(0.5)
    ? [
        `${plainPath}${isNamedSo ? '.gz' : '.packed.jsonl'}`,
        Buffer.concat(halves(bytes).map((half) => gzipSync(half))),
      ]
    : [`${plainPath}${isNamedSo ? '.zst' : '.packed.json'}`, Buffer.concat(halves(bytes).map(zstdRaw))];
  await writeFile(path, packed);
  return { path, plainPath };
}

/** Packed files may have several members. What they are called does not matter. */
function halves(bytes: Buffer): readonly Buffer[] {
  const middle = bytes.length >> 1;
  return [bytes.subarray(0, middle), bytes.subarray(middle)];
}

/** A zstd frame of raw blocks, as no compressor for zstd is at hand. */
export function zstdRaw(bytes: Buffer): Buffer {
  const blocks: Buffer[] = [Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x58])];
  const most = 100_000;
  for (let at = 0; at === 0 || at < bytes.length; at += most) {
    const block = bytes.subarray(at, at + most);
    const header = Buffer.alloc(3);
    header.writeUIntLE((block.length << 3) | (at + most >= bytes.length ? 1 : 0), 0, 3);
    blocks.push(header, block);
  }
  return Buffer.concat(blocks);
}

/** Writes rows as parquet, and the same rows as JSON lines. */
export async function writeParquet(
  dice: Dice,
  dir: string,
  name: string,
  source: RandomSource,
): Promise<WrittenFile> {
  const path = join(dir, `${name}.parquet`);
  const rows = source.rows.map((row) => withBigIntegers(row));
  await writeFile(path, parquetFile(rows, columnsOf(source), 1 + dice.below(20)));
  const plainPath = join(dir, `${name}.of-parquet.jsonl`);
  await writeFile(plainPath, source.rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  return { path, plainPath };
}

/** Ids are 64-bit integers in parquet. */
function withBigIntegers(row: Row): Row {
  const value = (key: string, member: unknown): unknown =>
    key.endsWith('_id') && typeof member === 'number' ? BigInt(member) : member;
  return Object.fromEntries(Object.entries(row).map(([key, member]) => [key, value(key, member)]));
}

function columnsOf({ format, columns }: RandomSource): readonly Column[] {
  const layout: Layout = { format, columns };
  const shared = [text('lang'), float64('score'), bool('flag')];
  const messages = messageListOf(layout);
  if (messages === undefined)
    return [
      ...Object.entries(columns).map(([standard, name]) =>
        standard.endsWith('_id') ? int64(name) : standard === 'episode_done' ? bool(name) : text(name),
      ),
      ...shared,
    ].map((column) => column);
  const moderation = columns['openai_moderation'];
  const members = (name: string): Column =>
    struct(name, text(messages.role), text('note'), text(messages.content));
  return [
    list(messages.list, members),
    ...(moderation === undefined
      ? []
      : [list(moderation, (name) => struct(name, bool('flagged'), struct('categories', bool('hate'))))]),
    ...shared,
  ];
}
