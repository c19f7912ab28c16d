/** The run's workflow id: one run of a name at a time. */
export function workflowIdOf(name: string): string {
  return `headrace/${name}`;
}

/** The id of the child workflow that prepares one source of a run. */
export function sourceWorkflowIdOf(runWorkflowId: string, source: string): string {
  return `${runWorkflowId}/source/${source}`;
}

/** The id of the child workflow that trains. */
export function trainWorkflowIdOf(runWorkflowId: string): string {
  return `${runWorkflowId}/train`;
}
