import type { Composition, CompositionRow, FileDigest, MixShard, Side } from '../../../core/contracts/mix.js';
import type { ArtifactStore } from '../../artifacts/store.js';
import { fileNames, readConversionPlan } from '../../convert/plan/conversion-plan.js';
import type { MixPlanFile, PlannedSource } from '../format/mix-plan.js';

/** Version of the rule in docs/mix-rule.md. Raise it when a recipe and its data would give other lines. */
const mixRuleVersion = 2;

/**
 * The text of manifest.json: the inputs and the content of the mix. It has no times and no absolute paths, so
 * that the same recipe and data give the same bytes anywhere.
 */
export async function manifestText(
  store: ArtifactStore,
  plan: MixPlanFile,
  composition: Composition,
  files: Readonly<Record<Side, FileDigest>> & { readonly shards?: readonly MixShard[] },
): Promise<string> {
  const manifest = {
    mix_rule: mixRuleVersion,
    seed: plan.seed,
    heldout: plan.heldout,
    mix_rows: plan.mixRows,
    rows_per_source: plan.rowsPerSource,
    sources: await Promise.all(plan.sources.map((source) => manifestSource(store, source))),
    composition: { ...composition, sources: composition.sources.map(countsOf) },
    train: files.train,
    train_shards: files.shards,
    heldout_file: files.heldout,
  };
  return `${JSON.stringify(manifest, null, 2)}\n`;
}

/** The counts of a source. How it was read stands in the manifest's own list of sources. */
function countsOf(row: CompositionRow): object {
  return { ...row, columns: undefined, ignore: undefined };
}

/** Members that are `undefined` are omitted by `JSON.stringify`. */
async function manifestSource(store: ArtifactStore, source: PlannedSource): Promise<object> {
  const conversion = await readConversionPlan(store, { kind: 'conversion', key: source.plan });
  const { origin, rules } = conversion;
  const names = fileNames(conversion);
  return {
    name: source.name,
    ...(origin.kind === 'hub'
      ? { dataset: origin.dataset, commit: origin.commitSha, config: origin.config, split: origin.split }
      : {}),
    files: conversion.files.map((file, index) => ({
      name: names.files[index],
      bytes: file.sizeBytes,
      sha256: file.sha256,
      git_oid: file.gitOid,
    })),
    empty_files: names.emptyFiles,
    format: rules.layout.format,
    format_reason: conversion.formatReason,
    columns: rules.layout.columns,
    roles: rules.roles,
    filter: rules.filter,
    ignore: rules.ignore,
    reasoning: rules.reasoning,
    rows: source.rows,
    share: source.share,
    repeat: source.repeat,
  };
}
