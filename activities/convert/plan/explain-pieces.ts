import { stableJson } from '../../../core/stable-json.js';
import { artifactRefs } from '../../artifacts/artifact-refs.js';
import type { ArtifactStore } from '../../artifacts/store.js';
import type { ArtifactRef } from '../../../core/contracts/artifact.js';
import { readConversionPlan, type ConversionPlanFile, type Piece } from './conversion-plan.js';

/** Whether a piece of a plan is in the store, and why or why not. */
export interface PieceReason {
  readonly piece: Piece;
  readonly isThere: boolean;
  readonly reason: string;
}

/**
 * The reason why each piece of a plan is reused or made, by comparison with the store's other plans of its
 * files.
 */
export async function explainPieces(store: ArtifactStore, ref: ArtifactRef): Promise<PieceReason[]> {
  const plan = await readConversionPlan(store, ref);
  const found = await Promise.all(
    plan.pieces.map(async ({ ref: own }) => (await store.find(own)) !== undefined),
  );
  const earlier = found.every(Boolean) ? [] : await plansBefore(store, ref);
  return plan.pieces.map((piece, index) =>
    found[index] === true
      ? { piece, isThere: true, reason: 'the store has these bytes, converted by these rules' }
      : { piece, isThere: false, reason: whyMissing(plan, piece, earlier) },
  );
}

/** The parts by which plans are compared, with their names in messages. */
const comparisons: readonly (readonly [string, (plan: ConversionPlanFile) => unknown])[] = [
  ['the format or its fields', ({ rules }) => rules.layout],
  ['the roles', ({ rules }) => rules.roles ?? null],
  ['the filter', ({ rules }) => rules.filter ?? null],
  ['`ignore`', ({ rules }) => rules.ignore ?? null],
  ['the form of reasoning', ({ rules }) => rules.reasoning ?? null],
  ['the seed', ({ seed }) => seed],
];

function whyMissing(plan: ConversionPlanFile, piece: Piece, earlier: readonly ConversionPlanFile[]): string {
  const file = plan.files[piece.slices[0]?.file ?? 0];
  const ofFile = earlier.flatMap((before) => {
    const known = before.files.find(({ path }) => path === file?.path);
    return known === undefined ? [] : [{ before, known }];
  });
  if (ofFile.length === 0) return 'no plan had this file before';
  const same = ofFile.filter(({ known }) => known.sha256 === file?.sha256 && known.gitOid === file?.gitOid);
  if (same.length === 0) return 'the file has other bytes than before';
  const plans = same.map(({ before }) => before);
  if (plans.some(({ pieces }) => pieces.some(({ ref }) => ref.key === piece.ref.key)))
    return 'it was planned before, and is not in the store: not finished, or removed since';
  const changed = comparisons.find(([, partOf]) =>
    plans.every((before) => stableJson(partOf(before)) !== stableJson(partOf(plan))),
  );
  return changed === undefined
    ? 'the files were cut in another way, or another version of Headrace converted them'
    : `${changed[0]} changed since it was converted`;
}

async function plansBefore(store: ArtifactStore, ref: ArtifactRef): Promise<ConversionPlanFile[]> {
  const plans: ConversionPlanFile[] = [];
  for await (const found of artifactRefs(store, ref.kind))
    if (found.key !== ref.key && (await store.find(found)) !== undefined)
      plans.push(await readConversionPlan(store, found));
  return plans;
}
