import { z } from 'zod';
import { plural } from '../format.js';

/** What a file holds. */
export const FileKind = z
  .object({
    /** `lines`: JSON Lines. `list`: one JSON list. */
    container: z.enum(['lines', 'list', 'parquet']),
    compression: z.enum(['none', 'gzip', 'zstd']),
  })
  .readonly();
export type FileKind = z.infer<typeof FileKind>;
export type Container = FileKind['container'];
export type Compression = FileKind['compression'];

const containers: Readonly<Record<string, Container>> = {
  jsonl: 'lines',
  ndjson: 'lines',
  json: 'lines',
  parquet: 'parquet',
};
const compressions: Readonly<Record<string, Compression>> = { gz: 'gzip', zst: 'zstd', zstd: 'zstd' };

/** What a file holds by its name; `undefined` for a name that does not say. A `.json` file has lines. */
export function kindByName(path: string): FileKind | undefined {
  const [, name = '', packed = ''] = /\.([a-z0-9]+?)(?:\.(gz|zst|zstd))?$/i.exec(path) ?? [];
  const container = containers[name.toLowerCase()];
  return container && { container, compression: compressions[packed.toLowerCase()] ?? 'none' };
}

/** Whether a file of this kind has such a name: `.json` is one of lines and of a list. */
function isNamedSo(path: string, { container, compression }: FileKind): boolean {
  const named = kindByName(path);
  if (named?.compression !== compression) return false;
  return named.container === container || (container === 'list' && /\.json(\.|$)/i.test(path));
}

const containerWords: Readonly<Record<Container, string>> = {
  lines: 'JSON Lines',
  list: 'a JSON list',
  parquet: 'parquet',
};

/** `JSON Lines`, `a JSON list packed with gzip`. */
function kindText({ container, compression }: FileKind): string {
  const packed = compression === 'none' ? '' : ` packed with ${compression}`;
  return `${containerWords[container]}${packed}`;
}

/** A file whose kind is known. */
interface KnownFile {
  readonly name: string;
  readonly kind: FileKind;
}

const mostNames = 3;

/** A sentence about the files that are not what their names say; none where there are no such files. */
export function kindNotes(files: readonly KnownFile[]): readonly string[] {
  const others = files.filter(({ name, kind }) => !isNamedSo(name, kind));
  const [first] = others;
  if (first === undefined) return [];
  if (others.length === 1)
    return [`${first.name} is not what its name says: it is read as ${kindText(first.kind)}`];
  const shown = others.slice(0, mostNames).map(({ name, kind }) => `${name} as ${kindText(kind)}`);
  const more = others.length > shown.length ? `, and ${others.length - shown.length} more` : '';
  return [
    `${plural(others.length, 'file')} are not what their names say: ${shown.join(', ')} are read${more}`,
  ];
}
