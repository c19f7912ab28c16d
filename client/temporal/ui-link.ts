import type { TemporalClient } from './connect.js';

/** The page of a run in the Temporal web UI; `undefined` where its address is not known. */
export function uiLink(
  { target }: TemporalClient,
  run: { readonly workflowId: string; readonly runId: string },
): string | undefined {
  if (target.uiUrl === undefined) return undefined;
  const workflow = `${encodeURIComponent(run.workflowId)}/${run.runId}`;
  return `${target.uiUrl}/namespaces/${target.namespace}/workflows/${workflow}/history`;
}
