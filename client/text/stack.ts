import { formatSeconds } from '../../core/format.js';
import type { Stack } from '../../dev/stack/stack.js';
import type { ServerName } from '../../dev/stack/started-parts.js';
import type { PartEvent } from '../../dev/stack/supervised-part.js';
import { packagePath } from '../../files/package-path.js';
import { fromHere } from './from-here.js';

/** The servers of a stack, and what to do next. */
export function stackText(stack: Stack, store: string): string {
  const { started, temporalAddress, temporalUi, hubUrl, tinkerUrl, storeVariables } = stack;
  const variables = Object.entries(storeVariables).filter(([, value]) => value !== '');
  const isShared = variables.length > 0;
  const kind = (name: ServerName): string => (started.has(name) ? ' (local, for development)' : '');
  return [
    `Store     ${store}${kind('s3')}`,
    `Temporal  ${temporalAddress}${temporalUi === undefined ? '' : `, web UI ${temporalUi}`}`,
    `Hub       ${hubUrl ?? 'https://huggingface.co'}${kind('hub')}`,
    `Tinker    ${tinkerUrl ?? 'the hosted service'}${kind('tinker')}`,
    ...(isShared
      ? ['In another terminal, first:', ...variables.map(([name, value]) => `  export ${name}=${value}`)]
      : []),
    `${isShared ? 'Two workers poll' : 'A worker polls'}. Start a run in another terminal: npx headrace start ${fromHere(packagePath('recipes/demo.yaml'))} --wait`,
    'Ctrl-C ends all of them; runs continue when they are started again.',
  ].join('\n');
}

/** What has happened to a part of a stack. */
export function partEventText(event: PartEvent): string {
  if (event.event === 'restarted') return `The ${event.part} serves again.`;
  const { part, why, log, restartsInMs } = event;
  return `The ${part} has ended (${why}). It starts again in ${formatSeconds(restartsInMs / 1000)}; its log is ${log}.`;
}
