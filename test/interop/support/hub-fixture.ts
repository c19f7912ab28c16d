import { createHash } from 'node:crypto';
import { cp, mkdir, readFile, readdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { repositoryDir } from './source-dir.js';

export const prosocial = 'allenai/prosocial-dialog';
export const lmsys = 'lmsys/lmsys-chat-1m';
export const magpie = 'Magpie-Align/Magpie-Llama-3.1-Pro-300K-Filtered';
/** A dataset with a branch, a tag and an earlier name. */
export const branched = 'interop/branched';
export const renamedFrom = 'interop/earlier-name';
/** A dataset of one file that is larger than what the client keeps in memory before it writes. */
export const big = 'interop/big';
export const hidden = 'demo/hidden';
export const missing = 'allenai/prosocial_dialog';

export const tokens = { hf_demo: 'demo', hf_other: 'other', hf_waiting: 'waiting' } as const;

const bigFileBytes = 24_000_000;
const jsonLines = (count: number): string =>
  Array.from({ length: count }, (_, id) => `${JSON.stringify({ id, text: `row ${id}` })}\n`).join('');

/** Lays the Hub's folder: the demo corpora, and repositories for what those have no case of. */
export async function layHub(root: string): Promise<void> {
  await cp(join(repositoryDir, 'dev', 'corpora', 'data', 'hub'), root, { recursive: true });
  const put = async (path: string, content: string | Uint8Array): Promise<void> => {
    const file = join(root, 'datasets', path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
  };
  await put(
    `${lmsys}.hub.json`,
    JSON.stringify({ gated: 'manual', accepted: ['demo'], pending: ['waiting'] }),
  );
  await put(`${branched}/train.jsonl`, jsonLines(3));
  await put(`${branched}@parquet/train.jsonl`, jsonLines(5));
  await put(`${branched}@v1/train.jsonl`, jsonLines(2));
  await put(
    `${branched}.hub.json`,
    JSON.stringify({
      branches: { 'refs/convert/parquet': 'branched@parquet' },
      tags: { v1: 'branched@v1' },
      renamedFrom: [renamedFrom],
    }),
  );
  await put(`${hidden}/train.jsonl`, jsonLines(1));
  await put(`${hidden}.hub.json`, JSON.stringify({ private: true }));
  await put(`${big}/data/blob.bin`, pseudoRandom(bigFileBytes));
}

/** Bytes in which no piece equals another, so that a piece in the wrong place is noticed. */
function pseudoRandom(length: number): Uint8Array {
  const words = new Uint32Array(length / 4);
  let state = 2_463_534_242;
  for (let i = 0; i < words.length; i += 1) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    words[i] = state;
  }
  return new Uint8Array(words.buffer);
}

export interface LocalFile {
  readonly path: string;
  readonly size: number;
  readonly sha256: string;
  /** SHA-1 of `blob <size>\0` and the bytes. */
  readonly gitOid: string;
}

/** The files of a folder, by path in code-unit order, with what git and LFS call their contents. */
export async function filesOf(dir: string): Promise<readonly LocalFile[]> {
  const files: LocalFile[] = [];
  for (const path of (await readdir(dir, { recursive: true })).sort()) {
    if (!(await stat(join(dir, path))).isFile()) continue;
    const bytes = await readFile(join(dir, path));
    files.push({
      path,
      size: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
      gitOid: createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex'),
    });
  }
  return files;
}
