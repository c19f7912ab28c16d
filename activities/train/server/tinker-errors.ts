import { HeadraceError, type ErrorType } from '../../../core/errors.js';
import { TinkerError, type TinkerErrorKind } from '../../../tinker/index.js';

const types: Readonly<Record<TinkerErrorKind, ErrorType>> = {
  unavailable: 'TinkerUnavailableError',
  'key-missing': 'TinkerKeyMissingError',
  auth: 'TinkerAuthError',
  billing: 'TinkerBillingError',
  'not-found': 'TinkerRequestError',
  conflict: 'TinkerClientDeadError',
  request: 'TinkerRequestError',
  failed: 'TinkerClientDeadError',
  expired: 'TinkerClientDeadError',
  dead: 'TinkerClientDeadError',
  ended: 'TinkerClientDeadError',
  invalid: 'TinkerRequestError',
  protocol: 'TinkerRequestError',
};

/**
 * A failure of the Tinker client as an error of the error table. For a dead client that is the failure that
 * killed it.
 */
function asHeadraceError(error: unknown, server: string): unknown {
  if (!(error instanceof TinkerError)) return error;
  const killer = error.kind === 'dead' && error.cause instanceof TinkerError ? error.cause : error;
  const isOffer = killer.kind === 'request' && /base model/i.test(killer.detail ?? '');
  const type = isOffer ? 'BaseModelError' : types[killer.kind];
  const where = killer.url === undefined ? `Tinker at ${server}: ` : '';
  return new HeadraceError(type, `${where}${killer.message}`, { cause: error });
}

/**
 * Runs calls to Tinker. An abort rejects with the signal's reason, a failure with an error of the error
 * table.
 */
export async function withTinkerErrors<T>(
  server: string,
  signal: AbortSignal,
  calls: () => Promise<T>,
): Promise<T> {
  try {
    return await calls();
  } catch (error) {
    if (signal.aborted && !(error instanceof HeadraceError)) throw signal.reason;
    throw asHeadraceError(error, server);
  }
}

export function isTinkerError(error: unknown, ...kinds: readonly TinkerErrorKind[]): error is TinkerError {
  return error instanceof TinkerError && kinds.includes(error.kind);
}
