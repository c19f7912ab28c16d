import Table from 'cli-table3';
import { availableParallelism } from 'node:os';
import { inspectSource, storeInspection } from '../../activities/hub/resolve/inspect-source.js';
import { defaultStoreRoot, openStore, type ArtifactStore } from '../../activities/artifacts/store.js';
import { createConvertActivities } from '../../activities/convert/index.js';
import { readConversionPlan } from '../../activities/convert/plan/conversion-plan.js';
import { explainPieces } from '../../activities/convert/plan/explain-pieces.js';
import { createHubAccess, type HubAccess } from '../../activities/hub/hub-access.js';
import { createHubActivities } from '../../activities/hub/index.js';
import { ThreadPool } from '../../activities/threads/thread-pool.js';
import type { ArtifactRef } from '../../core/contracts/artifact.js';
import { freeBytes } from '../../files/room.js';
import { HeadraceError } from '../../core/errors.js';
import { formatBytes, formatCount, plural } from '../../core/format.js';
import type { WorkContext } from '../../core/progress.js';
import type { Source } from '../../core/recipe.js';
import { workerEnvironment } from '../../worker/environment.js';
import { exitCodes, type ExitCode } from '../exit-codes.js';
import { readRecipeFile, type ResolvedRecipe } from '../recipe/recipe-file.js';
import { secrets } from '../secrets.js';

export interface PlanOptions {
  readonly set: readonly string[];
  readonly updateLock?: boolean;
  /** List files and pieces. */
  readonly explain?: boolean;
  readonly json?: boolean;
}

interface Amount {
  readonly files: number;
  readonly bytes: number;
}

/** What a run would do with one source. */
interface SourcePlan {
  readonly name: string;
  readonly dataset?: string;
  readonly commit?: string;
  readonly download: Amount;
  /** Bytes of unfinished downloads that count. */
  readonly resumeBytes: number;
  /** On disk already. */
  readonly reuse: Amount;
  /** `null`: known when the files are here. */
  readonly convert: { readonly pieces: number; readonly reusedPieces: number } | null;
  readonly files: readonly {
    readonly path: string;
    readonly sizeBytes: number;
    readonly haveBytes: number;
  }[];
  readonly pieces: readonly {
    readonly label: string;
    readonly bytes: number;
    readonly isThere: boolean;
    /** Why it is used again, or has to be converted. */
    readonly reason: string;
  }[];
  readonly notes: readonly string[];
}

type Planned =
  | SourcePlan
  | {
      readonly name: string;
      readonly error: { readonly type: string; readonly message: string; readonly remedy: string };
    };

/** `headrace plan RECIPE`: what a run would download, reuse and convert. Downloads nothing. */
export async function plan(path: string, options: PlanOptions): Promise<ExitCode> {
  const recipe = await readRecipeFile(path, { set: options.set });
  const storeRoot = defaultStoreRoot();
  const store = await openStore(storeRoot);
  const threads = new ThreadPool(availableParallelism());
  const hub = createHubAccess({
    store,
    threads,
    env: await workerEnvironment(process.env, storeRoot),
    onToken: (token) => secrets.learn(token),
  });
  const convert = createConvertActivities({ store, threads });
  const work: WorkContext = { signal: new AbortController().signal, progress: () => undefined };
  const planned = await Promise.all(
    recipe.sources.map(async (source): Promise<Planned> => {
      try {
        return await planSource({ store, hub, convert, work, recipe, options }, source);
      } catch (error) {
        if (!(error instanceof HeadraceError)) throw error;
        const { type, message, remedy } = error;
        return {
          name: source.name,
          error: { type, message: secrets.scrub(message), remedy: secrets.scrub(remedy) },
        };
      }
    }),
  );
  const free = await freeBytes(store.root);
  if (options.json === true)
    print(JSON.stringify({ store: store.root, freeBytes: free, sources: planned }, null, 2));
  else print(planText(planned, free, store.root, options.explain === true));
  return planned.some((each) => 'error' in each) ? exitCodes.failed : exitCodes.done;
}

interface Planner {
  readonly store: ArtifactStore;
  readonly hub: HubAccess;
  readonly convert: ReturnType<typeof createConvertActivities>;
  readonly work: WorkContext;
  readonly recipe: ResolvedRecipe;
  readonly options: PlanOptions;
}

async function planSource(planner: Planner, source: Source): Promise<SourcePlan> {
  const { hub, work, recipe, options } = planner;
  const input = { source, out: recipe.out, updateLock: options.updateLock === true };
  const inspection = await inspectSource(hub, input, work);
  const { dataset, commitSha, files, notes } = inspection;
  if (input.updateLock) await createHubActivities(hub).resolveSource(input, work);
  const isHere = files.every(({ path }) => path !== undefined);
  const there = files.filter(({ path }) => path !== undefined);
  const missing = files.filter(({ path }) => path === undefined);
  const sizeOf = (of: typeof files): number => of.reduce((sum, { file }) => sum + file.sizeBytes, 0);
  const resumeBytes = missing.reduce((sum, { haveBytes }) => sum + haveBytes, 0);
  const pieces = isHere
    ? await piecesOf(planner, source, await storeInspection(hub, inspection, work))
    : null;
  return {
    name: source.name,
    ...(dataset === undefined ? {} : { dataset }),
    ...(commitSha === undefined ? {} : { commit: commitSha }),
    download: { files: missing.length, bytes: sizeOf(missing) - resumeBytes },
    resumeBytes,
    reuse: { files: there.length, bytes: sizeOf(there) },
    convert:
      pieces === null
        ? null
        : {
            pieces: pieces.filter(({ isThere }) => !isThere).length,
            reusedPieces: pieces.filter(({ isThere }) => isThere).length,
          },
    files: files.map(({ file, haveBytes }) => ({ path: file.path, sizeBytes: file.sizeBytes, haveBytes })),
    pieces: pieces ?? [],
    notes,
  };
}

/** The pieces of a source whose files are here, and whether the store has them converted. */
async function piecesOf(
  { store, convert, work, recipe }: Planner,
  source: Source,
  resolution: ArtifactRef,
): Promise<SourcePlan['pieces']> {
  const { seed } = recipe;
  const conversion = await convert.planConversion({ source, resolution, seed }, work);
  const { files } = await readConversionPlan(store, conversion.plan);
  return (await explainPieces(store, conversion.plan)).map(
    ({ piece: { bytes, slices }, isThere, reason }) => {
      const [first] = slices;
      const from = first?.kind === 'bytes' && first.from > 0 ? ` from byte ${formatCount(first.from)}` : '';
      return { label: `${files[first?.file ?? 0]?.path ?? ''}${from}`, bytes, isThere, reason };
    },
  );
}

function planText(planned: readonly Planned[], free: number, root: string, explain: boolean): string {
  const table = new Table({
    head: ['source', 'download', 'resume', 'on disk', 'convert', 'converted'],
    style: { head: [], border: [], compact: true },
  });
  const lines: string[] = [];
  let download = 0;
  for (const each of planned) {
    if ('error' in each) {
      table.push([each.name, { colSpan: 5, content: `✗ ${each.error.type}` }]);
      lines.push(`✗ ${each.name}: ${each.error.type}: ${each.error.message}`, `    → ${each.error.remedy}`);
      continue;
    }
    download += each.download.bytes;
    table.push([
      each.name,
      amount(each.download),
      each.resumeBytes === 0 ? '' : `${formatBytes(each.resumeBytes)} are here`,
      amount(each.reuse),
      each.convert === null ? 'after the download' : plural(each.convert.pieces, 'piece'),
      each.convert === null ? '' : plural(each.convert.reusedPieces, 'piece'),
    ]);
    for (const note of each.notes) lines.push(`${each.name}: ${note}`);
    if (explain) lines.push(...explained(each));
  }
  const unknown = planned.filter((each) => 'error' in each).map(({ name }) => name);
  const without = unknown.length === 0 ? '' : `, without ${unknown.join(', ')}`;
  const total = `To download: ${formatBytes(download)}${without}; free on the disk of ${root}: ${formatBytes(free)}${download > free ? ', too little' : ''}.`;
  return [table.toString(), ...lines, total].join('\n');
}

function explained({ name, dataset, commit, files, pieces }: SourcePlan): string[] {
  const origin = dataset === undefined ? [] : [`${name}: ${dataset} at ${commit ?? ''}`];
  return [
    ...origin,
    ...files.map(({ path, sizeBytes, haveBytes }) => {
      const verb = haveBytes === sizeBytes ? 'on disk' : haveBytes === 0 ? 'download' : 'resume';
      const from = verb === 'resume' ? ` from ${formatBytes(haveBytes)}` : '';
      return `  ${verb.padEnd(8)} ${path} (${formatBytes(sizeBytes)})${from}`;
    }),
    ...pieces.map(
      ({ label, bytes, isThere, reason }) =>
        `  ${isThere ? 'reuse   ' : 'convert '} ${label} (${formatBytes(bytes)}): ${reason}`,
    ),
  ];
}

function amount({ files, bytes }: Amount): string {
  return files === 0 ? '' : `${plural(files, 'file')}, ${formatBytes(bytes)}`;
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
