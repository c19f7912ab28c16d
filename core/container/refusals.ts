/** A kind of file that is not read. */
export interface RefusedKind {
  /** Completes "The file is …". */
  readonly what: string;
  /** What to do with it. */
  readonly remedy: string;
}

/** A kind of file, and the bytes by which it is known. */
interface Signature extends RefusedKind {
  readonly at?: number;
  /** Each byte is a character. */
  readonly bytes: string;
}

const again = 'Fetch it again, with a token where the page asks for one, and look at it before it is used.';
const asParquet = 'Write it as parquet or JSON Lines';

/** Of formats that are told by their first bytes. Where two fit, the first counts. */
const signatures: readonly Signature[] = [
  {
    bytes: 'version https://git-lfs.github.com/spec/',
    what: 'a Git LFS pointer, not the data',
    remedy: 'Fetch the data with `git lfs pull` in the clone, or name the dataset in the recipe.',
  },
  {
    bytes: '# xet version ',
    what: 'a Xet pointer, not the data',
    remedy: 'Fetch the data with `hf download`, or name the dataset in the recipe.',
  },
  {
    bytes: '/annex/objects/',
    what: 'a git-annex pointer, not the data',
    remedy: 'Fetch the data with `git annex get` in the clone.',
  },
  { bytes: '\x00\x00\xfe\xff', what: 'UTF-32 text', remedy: encodingRemedy('UTF-32') },
  { bytes: '\xff\xfe\x00\x00', what: 'UTF-32 text', remedy: encodingRemedy('UTF-32') },
  { bytes: '\xff\xfe', what: 'UTF-16 text', remedy: encodingRemedy('UTF-16') },
  { bytes: '\xfe\xff', what: 'UTF-16 text', remedy: encodingRemedy('UTF-16') },
  { bytes: '{\x00', what: 'UTF-16 text', remedy: encodingRemedy('UTF-16LE') },
  { bytes: '[\x00', what: 'UTF-16 text', remedy: encodingRemedy('UTF-16LE') },
  { bytes: '\x00{', what: 'UTF-16 text', remedy: encodingRemedy('UTF-16BE') },
  { bytes: '\x00[', what: 'UTF-16 text', remedy: encodingRemedy('UTF-16BE') },
  { bytes: 'BZh', what: 'packed with bzip2', remedy: packedRemedy('bunzip2') },
  { bytes: '\xfd7zXZ\x00', what: 'packed with xz', remedy: packedRemedy('unxz') },
  { bytes: '\x04"M\x18', what: 'packed with LZ4', remedy: packedRemedy('unlz4') },
  { bytes: '\xff\x06\x00\x00sNaPpY', what: 'packed with Snappy', remedy: packedRemedy('snzip -d') },
  { bytes: 'PK\x03\x04', what: 'a zip archive', remedy: 'Unzip it, and name the files in it.' },
  { bytes: 'PK\x05\x06', what: 'an empty zip archive', remedy: again },
  { bytes: '7z\xbc\xaf\x27\x1c', what: 'a 7z archive', remedy: 'Unpack it, and name the files in it.' },
  { bytes: 'Rar!', what: 'a RAR archive', remedy: 'Unpack it, and name the files in it.' },
  {
    at: 257,
    bytes: 'ustar',
    what: 'a tar archive',
    remedy: 'Unpack it with `tar -xf`, and name the files in it.',
  },
  {
    bytes: 'ARROW1',
    what: 'an Arrow file',
    remedy: `${asParquet}: \`pyarrow.parquet.write_table(pyarrow.feather.read_table(FILE), …)\`.`,
  },
  {
    bytes: '\xff\xff\xff\xff',
    what: 'an Arrow stream, as `save_to_disk` writes it',
    remedy: `${asParquet}: \`datasets.load_from_disk(FOLDER).to_parquet(…)\`.`,
  },
  { bytes: 'PARE', what: 'parquet with an encrypted footer', remedy: 'Write it without encryption.' },
  { bytes: 'ORC', what: 'an ORC file', remedy: `${asParquet}.` },
  { bytes: 'Obj\x01', what: 'an Avro file', remedy: `${asParquet}.` },
  { bytes: 'SQLite format 3\x00', what: 'an SQLite database', remedy: `${asParquet}.` },
  {
    bytes: '\x00\x05\x16\x07',
    what: 'what macOS keeps beside a file (AppleDouble), not the data',
    remedy: 'Delete the files whose names begin with "._", or leave them out of the glob: `[!.]*.jsonl`.',
  },
];

/** Documents that begin like one of these are pages, whatever follows. */
const pages: readonly (readonly [RegExp, string])[] = [
  [/^<(!doctype html|html|head|body|script|meta)\b/i, 'an HTML page, not the data'],
  [/^<(\?xml|!doctype|error)\b/i, 'an XML document, not the data'],
];

/** Bytes that are zero throughout in a file of which nothing was written. */
const zeroBytes = 512;

/**
 * The kind of a file that is not read, by its first bytes; `undefined` for others.
 *
 * @param text - the characters of the first line that is not blank, without a byte order mark.
 */
export function refusedKind(head: Uint8Array, text: string): RefusedKind | undefined {
  const known = signatures.find(({ at = 0, bytes }) => hasBytes(head, at, bytes));
  if (known !== undefined) return known;
  const page = pages.find(([pattern]) => pattern.test(text));
  if (page !== undefined) return { what: page[1], remedy: again };
  if (text.trim() === '{')
    return {
      what: 'one JSON object on several lines',
      remedy:
        'Write a row a line: `jq -c . FILE`, or `jq -c ".data[]" FILE` where the rows are a list in it.',
    };
  if (head.length > 0 && head.subarray(0, zeroBytes).every((byte) => byte === 0))
    return {
      what: 'zero bytes, as a download or a copy leaves that broke off',
      remedy: 'Fetch or copy it again.',
    };
  return undefined;
}

function hasBytes(head: Uint8Array, at: number, bytes: string): boolean {
  for (let index = 0; index < bytes.length; index += 1)
    if (head[at + index] !== bytes.charCodeAt(index)) return false;
  return true;
}

function encodingRemedy(from: string): string {
  return `Write it as UTF-8: \`iconv -f ${from} -t UTF-8 FILE\`.`;
}

function packedRemedy(command: string): string {
  return `Unpack it with \`${command}\`, or pack it with gzip or zstd.`;
}
