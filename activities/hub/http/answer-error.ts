import { z } from 'zod';
import { HeadraceError } from '../../../core/errors.js';
import type { HubClient } from './hub-client.js';
import type { RepositoryRef } from './repository.js';

/**
 * A HubAnswerError where `error` means that an answer is not JSON or not of the Hub's form; other errors
 * unchanged.
 */
export function asAnswerError(client: HubClient, { kind, id }: RepositoryRef, error: unknown): unknown {
  const why =
    error instanceof z.ZodError
      ? z.prettifyError(error)
      : error instanceof SyntaxError || error instanceof TypeError
        ? error.message
        : undefined;
  if (why === undefined) return error;
  return new HeadraceError(
    'HubAnswerError',
    `${client.config.endpoint} does not answer as a Hub to a request for the ${kind} ${id}: ${why.slice(0, 300)}`,
    { cause: error },
  );
}
