import type { Repository } from './repositories.js';

/** The sender of a request: without a token, with an unknown token, or a user. */
export type Caller =
  | { readonly kind: 'anonymous' }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'user'; readonly name: string };

export interface Refusal {
  readonly status: 401 | 403 | 404;
  /** For `X-Error-Code`. */
  readonly code?: 'RepoNotFound' | 'GatedRepo' | 'RevisionNotFound' | 'EntryNotFound';
  readonly message: string;
}

export function callerOf(authorization: string | undefined, tokens: ReadonlyMap<string, string>): Caller {
  if (authorization === undefined) return { kind: 'anonymous' };
  const name = tokens.get(authorization.replace(/^Bearer /, ''));
  return name === undefined ? { kind: 'unknown' } : { kind: 'user', name };
}

export const invalidCredentials: Refusal = {
  status: 401,
  message: 'Invalid credentials in Authorization header',
};

/**
 * Anonymous callers cannot tell a missing repository from a private one: the real Hub answers both with
 * this 401.
 */
export function repositoryMissing(caller: Caller): Refusal {
  return caller.kind === 'user'
    ? { status: 404, code: 'RepoNotFound', message: 'Repository not found' }
    : { status: 401, message: 'Invalid username or password.' };
}

export function isVisible(repository: Repository, caller: Caller): boolean {
  if (!repository.settings.private) return true;
  return (
    caller.kind === 'user' &&
    (caller.name === repository.owner || repository.settings.accepted.includes(caller.name))
  );
}

/** Why the caller may list a gated repository's files but not read them; `undefined` where it may. */
export function gateRefusal(repository: Repository, caller: Caller, hubUrl: string): Refusal | undefined {
  const { id, kind, owner, settings } = repository;
  if (settings.gated === false) return undefined;
  const what = `${kind === 'datasets' ? 'dataset' : 'model'} ${id}`;
  if (caller.kind !== 'user')
    return {
      status: 401,
      code: 'GatedRepo',
      message: `Access to ${what} is restricted. You must have access to it and be authenticated to access it. Please log in.`,
    };
  if (caller.name === owner || settings.accepted.includes(caller.name)) return undefined;
  if (settings.pending.includes(caller.name))
    return {
      status: 403,
      code: 'GatedRepo',
      message: `Your request to access ${what} is awaiting a review from the repo authors.`,
    };
  const page = `${hubUrl}/${kind === 'datasets' ? 'datasets/' : ''}${id}`;
  return {
    status: 403,
    code: 'GatedRepo',
    message: `Access to ${what} is restricted and you are not in the authorized list. Visit ${page} to ask for access.`,
  };
}
