import { WorkflowNotFoundError } from '@temporalio/client';

/** True for the server's answer that it knows no such workflow. */
export function isNotFound(error: unknown): boolean {
  return error instanceof WorkflowNotFoundError;
}
