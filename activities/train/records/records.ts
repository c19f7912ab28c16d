import { z } from 'zod';
import type { ArtifactRef } from '../../../core/contracts/artifact.js';
import type { SegmentRecordRef } from '../../../core/contracts/training.js';
import { artifactKey, type ArtifactStore } from '../../artifacts/store.js';
import { trainVersion } from '../steps/training-plan.js';

/** `meta` of a `record` artifact: a finished segment. */
export const RecordMeta = z.object({
  /** Hash of what decides the weights: runs with equal parameters share records. */
  parametersKey: z.string(),
  /** Key of the record before it; `null` for the first segment. */
  predecessor: z.string().nullable(),
  from: z.int(),
  /** First step that is not in the weights. */
  nextStep: z.int(),
  /** Tokens that its steps sent to the server. */
  tokens: z.int(),
  statePath: z.string(),
  samplerPath: z.string(),
  label: z.string(),
  final: z.boolean(),
  firstLoss: z.number(),
  lastLoss: z.number(),
  /** Key of the `metrics` artifact. */
  metrics: z.string(),
});
export type RecordMeta = z.infer<typeof RecordMeta>;

export interface StoredRecord extends RecordMeta {
  readonly ref: ArtifactRef;
}

/**
 * Puts a record into the store. Its key includes the state's path: a segment that is trained again, because
 * the server lost its state, gets a record of its own.
 */
export async function putRecord(store: ArtifactStore, meta: RecordMeta): Promise<StoredRecord> {
  const { parametersKey, predecessor, from, nextStep, statePath } = meta;
  const inputs = { parametersKey, predecessor, from, nextStep, statePath };
  const ref: ArtifactRef = { kind: 'record', key: artifactKey('record', trainVersion, inputs) };
  const artifact = (await store.find(ref)) ?? (await store.put(ref, () => Promise.resolve(meta)));
  // An index by parameters: the store finds artifacts by key only.
  await store.note(`${indexOf(parametersKey)}${ref.key}`, '');
  return { ref, ...RecordMeta.parse(artifact.meta) };
}

/** @throws {HeadraceError} ArtifactMissingError. */
async function readRecord(store: ArtifactStore, key: string): Promise<StoredRecord> {
  const ref: ArtifactRef = { kind: 'record', key };
  return { ref, ...RecordMeta.parse((await store.get(ref)).meta) };
}

/** Every record of trainings with these parameters, most steps first. */
export async function recordsOf(store: ArtifactStore, parametersKey: string): Promise<StoredRecord[]> {
  const index = indexOf(parametersKey);
  const keys: string[] = [];
  for await (const { name } of store.notes(index)) keys.push(name.slice(index.length));
  const records = await Promise.all(
    keys.filter((key) => /^[0-9a-f]{64}$/.test(key)).map((key) => readRecord(store, key)),
  );
  return records.sort((a, b) => b.nextStep - a.nextStep || (a.ref.key < b.ref.key ? -1 : 1));
}

/**
 * The records from the first segment to `key`; none for `null`.
 *
 * @throws {HeadraceError} ArtifactMissingError.
 */
export async function lineageOf(store: ArtifactStore, key: string | null): Promise<StoredRecord[]> {
  const lineage: StoredRecord[] = [];
  for (let at = key; at !== null;) {
    const record = await readRecord(store, at);
    lineage.unshift(record);
    at = record.predecessor;
  }
  return lineage;
}

export function segmentRecordRef(record: StoredRecord): SegmentRecordRef {
  const { ref, nextStep, tokens, statePath, samplerPath, label, final, firstLoss, lastLoss } = record;
  return { record: ref, nextStep, tokens, statePath, samplerPath, label, final, firstLoss, lastLoss };
}

/** Names of the notes that list the records of these parameters begin so. */
function indexOf(parametersKey: string): string {
  return `records/${parametersKey}/`;
}
