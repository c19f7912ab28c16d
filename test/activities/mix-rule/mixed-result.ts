import { spawn } from 'node:child_process';
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { mixSources, type MixRecipe, type MixSourcesOptions } from '../../../client/mix/mix-sources.js';
import { fatesOfConverted } from '../../../core/contracts/mix.js';
import type { ArtifactRef } from '../../../core/contracts/artifact.js';
import { HeadraceError } from '../../../core/errors.js';
import { resolveLocal } from '../../support/local-sources.js';
import { quietWork } from '../../support/work.js';
import type { WrittenFile } from './source-files.js';

const checker = fileURLToPath(new URL('../../../../test/activities/mix-rule/mix_rule.py', import.meta.url));

const count = z.int();
const Counts = z.object({
  rows: count,
  nonFinite: count,
  read: count,
  filtered: count,
  rejectedBy: z.record(z.string(), count),
  unread: z.record(z.string(), count),
  blankSystem: count,
  trailing: count,
  holds: z.record(z.string(), count),
  duplicatesBy: z.record(z.string(), count),
  converted: count,
  collapsedRows: count,
  gaps: count,
  unfinished: count,
  heldout: count,
  heldoutUnused: count,
  kept: count,
  notSelected: count,
  lines: count,
  bytes: count,
  assistantChars: count,
  volumes: z.record(z.enum(fatesOfConverted), z.object({ bytes: count, assistantChars: count })),
});
/** A file of the source, from 0; a row in it, from 1; why it is rejected. */
const Place = z.tuple([count, count, z.string()]);
const Result = z.union([
  z.object({ error: z.string() }),
  z.object({
    train: z.string(),
    heldout: z.string(),
    sources: z.array(Counts),
    rejects: z.array(z.array(Place)),
  }),
]);
/** What comes out of a mix: bytes, counts, and where each reject is. */
export type Result = z.infer<typeof Result>;

const Reject = z.object({
  source: z.string(),
  file: z.string(),
  line: count.optional(),
  row: count.optional(),
  reason: z.string(),
});

/** The results of cases as mix_rule.py says. One process for all, which works beside this one. */
export async function checkedResults(cases: readonly unknown[]): Promise<readonly Result[]> {
  const python = spawn('python3', [checker], { stdio: ['pipe', 'pipe', 'inherit'] });
  python.stdin.end(JSON.stringify(cases));
  const [said, [status]] = await Promise.all([text(python.stdout), once(python, 'exit')]);
  assert.equal(status, 0);
  return z.array(Result).parse(JSON.parse(said));
}

/**
 * The result of Headrace's mix.
 *
 * @param files - of each source, by name; at most ten, whose names are in their order.
 */
export async function mixedResult(
  recipe: MixRecipe,
  files: ReadonlyMap<string, readonly WrittenFile[]>,
  options: Omit<MixSourcesOptions, 'resolutions' | 'work'>,
): Promise<Result> {
  const resolutions = new Map<string, ArtifactRef>();
  for (const [name, written] of files)
    resolutions.set(
      name,
      await resolveLocal(
        options.store,
        written.map(({ path }) => path),
      ),
    );
  try {
    const { composition } = await mixSources(recipe, { ...options, resolutions, work: quietWork() });
    return {
      train: await readFile(join(options.out, 'train.jsonl'), 'utf8'),
      heldout: await readFile(join(options.out, 'heldout.jsonl'), 'utf8'),
      sources: composition.sources.map((row) =>
        Counts.parse({ nonFinite: 0, collapsedRows: 0, gaps: 0, unfinished: 0, ...row }),
      ),
      rejects: await rejectsOf(recipe, files, join(options.out, 'rejects.jsonl')),
    };
  } catch (error) {
    if (!(error instanceof HeadraceError)) throw error;
    return { error: error.type };
  }
}

async function rejectsOf(
  recipe: MixRecipe,
  files: ReadonlyMap<string, readonly WrittenFile[]>,
  path: string,
): Promise<z.infer<typeof Place>[][]> {
  const lines = (await readFile(path, 'utf8')).split('\n').slice(0, -1);
  const rejects = lines.map((line) => Reject.parse(JSON.parse(line)));
  return recipe.sources.map(({ name }) =>
    rejects
      .filter(({ source }) => source === name)
      .map(({ file, line, row, reason }) => [
        (files.get(name) ?? []).findIndex((written) => written.path.endsWith(`/${file}`)),
        line ?? row ?? 0,
        reason,
      ]),
  );
}
