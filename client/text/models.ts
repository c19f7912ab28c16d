import { defined } from '../../core/defined.js';
import { formatCount } from '../../core/format.js';
import type { ComparedModel } from '../../core/training/models/compare-models.js';
import { autoLearningRate, hasAutoRate } from '../../core/training/schedule.js';
import { newTable } from './table.js';

/** All models, a line each, below where the table and the offer are from. */
export function modelsText(
  models: readonly ComparedModel[],
  from: { readonly table: string; readonly server: string },
): string {
  const head = ['model', 'renderer', 'auto rate', 'context', 'on the server', ''];
  const table = newTable(head, [2, 3, 4]);
  for (const { name, model, context, offer, notes } of models)
    table.push([
      name,
      rendererCell(model?.renderers),
      model === undefined ? '' : rateText(name),
      context === undefined ? '' : formatCount(context),
      offer?.maxContextLength === undefined
        ? offer === undefined
          ? ''
          : 'yes'
        : formatCount(offer.maxContextLength),
      notes.join(', '),
    ]);
  return [
    `Table: ${from.table}. Server: ${from.server}`,
    table.toString(),
    'Contexts are in tokens; the server decides. `npx headrace models PART` shows all that is known of one model.',
  ].join('\n');
}

function rendererCell(renderers: readonly string[] = []): string {
  const [first = '', ...others] = renderers;
  return others.length === 0 ? first : `${first} (+${others.length})`;
}

/** All that is known of one model. */
export function modelText({ name, model, context, offer, notes }: ComparedModel): string {
  const lines: readonly (readonly [string, string | undefined])[] = [
    ['renderers', model?.renderers.join(', ')],
    ['tokenizer', model === undefined ? undefined : (model.tokenizer ?? 'brought by the server')],
    ['hidden size', model === undefined ? undefined : formatCount(model.hiddenSize)],
    ['context', context === undefined ? undefined : `${formatCount(context)} tokens`],
    ['learning_rate', model === undefined ? undefined : `auto: ${rateText(name)}`],
    ['on the server', offer === undefined ? undefined : offerText(offer)],
    ['note', notes.length === 0 ? undefined : notes.join(', ')],
  ];
  const known = lines.flatMap(([what, value]) =>
    value === undefined ? [] : [`  ${what.padEnd(14)} ${value}`],
  );
  return [name, ...known].join('\n');
}

function offerText({ maxContextLength, trainable }: NonNullable<ComparedModel['offer']>): string {
  const context =
    maxContextLength === undefined ? 'no limit named' : `${formatCount(maxContextLength)} tokens`;
  return trainable ? `can be trained, ${context}` : `cannot be trained, ${context}`;
}

function rateText(name: string): string {
  return hasAutoRate(name) ? autoLearningRate(name).toExponential(2) : 'none';
}

/** A model as `models --json` prints it; `null` where nothing is known. */
export function modelJson({ name, model, context, offer, notes }: ComparedModel): object {
  return {
    name,
    renderers: model?.renderers ?? null,
    tokenizer: model?.tokenizer ?? null,
    hiddenSize: model?.hiddenSize ?? null,
    context: context ?? null,
    autoLearningRate: model !== undefined && hasAutoRate(name) ? autoLearningRate(name) : null,
    retired: model === undefined ? null : model.retired === true,
    server:
      offer === undefined ? null : defined({ context: offer.maxContextLength, trainable: offer.trainable }),
    notes,
  };
}
