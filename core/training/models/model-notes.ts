import { formatCount } from '../../format.js';
import type { RendererName } from '../../recipe/choices.js';
import { baseModelOf, contextOf, offeredNames } from './base-models.js';

/** What an author should know of the model of a training, though it is no error. */
export interface ModelNote {
  readonly text: string;
  readonly remedy?: string;
}

/** The keys of `train` that notes are about. */
export interface NotedTraining {
  readonly base_model: string;
  readonly renderer?: RendererName | undefined;
  readonly max_tokens: number;
}

/**
 * What the table of models has against a training, and where the server's word differs from the table's.
 *
 * @param offer - the server's entry of the model. Absent: no server was asked.
 */
export function modelNotes(
  train: NotedTraining,
  offer?: { readonly maxContextLength?: number },
): readonly ModelNote[] {
  const { base_model: name } = train;
  const model = baseModelOf(name);
  if (model === undefined)
    return [
      { text: `${name} is not in the table of models: nothing is known of it but what the recipe names` },
    ];
  const notes: ModelNote[] = [];
  const { renderers, retired = false } = model;
  if (train.renderer !== undefined && !renderers.includes(train.renderer))
    notes.push({
      text: `the renderer ${train.renderer} is not one of those of ${name}: ${renderers.join(', ')}`,
      remedy: 'Name one of them, or none for the first; other programs write for the model as these do.',
    });
  if (offer === undefined) notes.push(...unofferedNotes(name, offeredNames(model), retired));
  else if (retired) notes.push({ text: `the table has ${name} as retired; the server still offers it` });
  return [...notes, ...contextNotes(train, offer?.maxContextLength)];
}

function unofferedNotes(name: string, offered: readonly string[], retired: boolean): readonly ModelNote[] {
  if (retired)
    return [
      { text: `Tinker has retired ${name}`, remedy: '`npx headrace models` shows what the server offers.' },
    ];
  if (name.includes(':') || offered.includes(name)) return [];
  return [
    {
      text: `Tinker offers ${offered.join(', ')}, not ${name}`,
      remedy: `Set train.base_model to ${offered.join(' or ')}.`,
    },
  ];
}

function contextNotes(
  { base_model: name, max_tokens: asked }: NotedTraining,
  limit?: number,
): readonly ModelNote[] {
  const known = contextOf(name);
  if (known === undefined) return [];
  // A request beyond the server's own limit is refused; the table's is a guess beside it.
  if (limit === undefined)
    return asked <= known
      ? []
      : [
          {
            text: `train.max_tokens is ${formatCount(asked)}, and ${name} takes ${formatCount(known)} tokens`,
            remedy: `Set train.max_tokens to ${known} or less.`,
          },
        ];
  return limit === known
    ? []
    : [
        {
          text: `${name} takes ${formatCount(limit)} tokens on the server, ${formatCount(known)} in the table; the server's limit holds`,
        },
      ];
}
