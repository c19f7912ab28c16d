import type { BaseModel } from './base-model.js';
import { baseModelOf, baseModels, contextOf, offeredNames } from './base-models.js';
import { refusalOf, refusedModels } from './refused-models.js';

/** What a server says of a model. */
export interface Offer {
  readonly name: string;
  readonly maxContextLength?: number;
  readonly trainable: boolean;
}

/** A name under which a model is offered, as the table and the server have it. */
export interface ComparedModel {
  readonly name: string;
  /** Absent where the table does not have it. */
  readonly model?: BaseModel;
  /** The table's, in tokens. */
  readonly context?: number;
  /** Absent where the server does not offer it, or none was asked. */
  readonly offer?: Offer;
  /** Where table and server differ, and what stands against a training; may be empty. */
  readonly notes: readonly string[];
}

/**
 * Every name of the table and of the server: the table's in its order, retired ones last, then those that
 * only the server has.
 *
 * @param offers - the models of the server. Absent: none was asked, or it lists none.
 */
export function compareModels(offers?: readonly Offer[]): readonly ComparedModel[] {
  const current = baseModels.filter(({ retired }) => retired !== true);
  const retired = baseModels.filter((model) => model.retired === true);
  const names = [
    ...[...current, ...retired].flatMap(offeredNames),
    ...refusedModels.keys(),
    ...(offers ?? []).map(({ name }) => name),
  ];
  const byName = new Map(offers?.map((offer) => [offer.name, offer]));
  return [...new Set(names)].map((name) => compared(name, byName.get(name), offers !== undefined));
}

function compared(name: string, offer: Offer | undefined, asked: boolean): ComparedModel {
  const model = baseModelOf(name);
  const context = contextOf(name);
  return {
    name,
    ...(model === undefined ? {} : { model }),
    ...(context === undefined ? {} : { context }),
    ...(offer === undefined ? {} : { offer }),
    notes: notesOf(name, model, context, offer, asked),
  };
}

function notesOf(
  name: string,
  model: BaseModel | undefined,
  context: number | undefined,
  offer: Offer | undefined,
  asked: boolean,
): readonly string[] {
  const retired = model?.retired === true;
  if (refusalOf(name) !== undefined) return ['Headrace does not train it'];
  if (offer === undefined) return retired ? ['retired'] : asked ? ['not offered'] : [];
  const limit = offer.maxContextLength;
  return [
    ...(model === undefined ? ['not in the table'] : []),
    ...(retired ? ['retired in the table'] : []),
    ...(offer.trainable ? [] : ['not trainable']),
    ...(limit !== undefined && context !== undefined && limit !== context ? ['context differs'] : []),
  ];
}
