import type { Repository } from './repositories.js';

/** The sender of a request, by its token. */
export type Caller =
  | { readonly kind: 'anonymous' }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'user'; readonly name: string };

/** An answer that denies a request. */
export interface Refusal {
  readonly status: 401 | 403 | 404;
  /** For `X-Error-Code`. */
  readonly code?: 'RepoNotFound' | 'GatedRepo' | 'RevisionNotFound' | 'EntryNotFound';
  readonly message: string;
}

/** The caller that an Authorization header identifies. */
export function callerOf(authorization: string | undefined, tokens: ReadonlyMap<string, string>): Caller {
  if (authorization === undefined) return { kind: 'anonymous' };
  const name = tokens.get(authorization.replace(/^Bearer /, ''));
  return name === undefined ? { kind: 'unknown' } : { kind: 'user', name };
}

/** The answer to an unknown token. */
export const invalidCredentials: Refusal = {
  status: 401,
  message: 'Invalid credentials in Authorization header',
};

/**
 * The answer for a repository that does not exist or is not visible. An anonymous caller gets 401, as on the
 * real Hub.
 */
export function repositoryMissing(caller: Caller): Refusal {
  return caller.kind === 'user'
    ? { status: 404, code: 'RepoNotFound', message: 'Repository not found' }
    : { status: 401, message: 'Invalid username or password.' };
}

/** Whether the caller may list the repository's files. */
export function isVisible(repository: Repository, caller: Caller): boolean {
  if (!repository.settings.private) return true;
  return (
    caller.kind === 'user' &&
    (caller.name === repository.owner || repository.settings.accepted.includes(caller.name))
  );
}

/** Why the caller may not read the files of a gated repository; `undefined` where it may. */
export function gateRefusal(repository: Repository, caller: Caller, hubUrl: string): Refusal | undefined {
  const { id, kind, owner, settings } = repository;
  if (settings.gated === false) return undefined;
  const subject = `${kind === 'datasets' ? 'dataset' : 'model'} ${id}`;
  if (caller.kind !== 'user')
    return {
      status: 401,
      code: 'GatedRepo',
      message: `Access to ${subject} is restricted. You must have access to it and be authenticated to access it. Please log in.`,
    };
  if (caller.name === owner || settings.accepted.includes(caller.name)) return undefined;
  if (settings.pending.includes(caller.name))
    return {
      status: 403,
      code: 'GatedRepo',
      message: `Your request to access ${subject} is awaiting a review from the repo authors.`,
    };
  const page = `${hubUrl}/${kind === 'datasets' ? 'datasets/' : ''}${id}`;
  return {
    status: 403,
    code: 'GatedRepo',
    message: `Access to ${subject} is restricted and you are not in the authorized list. Visit ${page} to ask for access.`,
  };
}
