import type { ErrorType } from '../../../core/errors.js';

/** A refusal of the Hub, and what is known of the request. */
export interface RefusedRequest {
  readonly status: number;
  /** `X-Error-Code`. */
  readonly code: string | undefined;
  /** What the Hub says, perhaps nothing. */
  readonly words: string;
  readonly url: string;
  /** `dataset allenai/prosocial-dialog`. */
  readonly name: string;
  readonly revision: string;
  /** The repository's web page. */
  readonly page: string;
  /** The web page on which tokens are edited. */
  readonly tokensPage: string;
  /** `HF_TOKEN` or the path of a file; `undefined` without a token. */
  readonly tokenFrom: string | undefined;
  /** Whether the Hub refuses the token itself. Asked only after a 401. */
  readonly isTokenRefused: boolean;
}

/** What a refusal means. */
export interface RefusalRow {
  /** An answer that the row was seen in: status, code, words. */
  readonly seen: readonly [status: number, code: string | undefined, words: string];
  readonly matches: (refused: RefusedRequest) => boolean;
  readonly type: ErrorType;
  readonly text: (refused: RefusedRequest) => string;
  /** @default that of the error table */
  readonly remedy?: (refused: RefusedRequest) => string;
}

const isGate = ({ code, words }: RefusedRequest): boolean =>
  code === 'GatedRepo' || /\bgated\b|authorized list|ask for access/i.test(words);

/** The first row that matches counts. The last one matches everything. */
export const refusalTable: readonly RefusalRow[] = [
  {
    seen: [401, undefined, 'Invalid credentials in Authorization header'],
    matches: ({ isTokenRefused }) => isTokenRefused,
    type: 'HubTokenInvalidError',
    text: ({ tokenFrom, name }) => `The Hub does not accept the token from ${tokenFrom} (for ${name})`,
  },
  {
    seen: [403, undefined, 'Access to this resource is disabled.'],
    matches: ({ words, code }) => code === 'DisabledRepo' || /\bdisabled\b/i.test(words),
    type: 'DatasetDisabledError',
    text: ({ name, words }) => `The Hub has disabled the ${name}: "${words}"`,
    remedy: ({ page }) => `Read why at ${page}; choose another dataset, or leave the source out.`,
  },
  {
    seen: [
      403,
      'GatedRepo',
      'Please enable access to public gated repositories in your fine-grained token settings to view this repository.',
    ],
    matches: ({ words }) => /fine-grained token/i.test(words),
    type: 'HubTokenScopeError',
    text: ({ name, tokenFrom, words }) =>
      `The ${name} is gated, and the token from ${tokenFrom ?? 'the worker'} may not read gated repositories: "${words}"`,
    remedy: ({ tokensPage }) =>
      `Edit the token at ${tokensPage}: tick "Read access to contents of all public gated repos you can access", then retry.`,
  },
  {
    seen: [
      401,
      'GatedRepo',
      'Access to dataset lmsys/lmsys-chat-1m is restricted. You must have access to it and be authenticated to access it. Please log in.',
    ],
    matches: (refused) => refused.tokenFrom === undefined && isGate(refused),
    type: 'HubTokenMissingError',
    text: ({ name, page }) => `The ${name} is gated, and no token is set. See ${page}`,
    remedy: ({ page }) =>
      `Accept the terms at ${page}, then set HF_TOKEN on the worker, or run \`hf auth login\` there.`,
  },
  {
    seen: [
      403,
      'GatedRepo',
      'Your request to access dataset lmsys/lmsys-chat-1m is awaiting a review from the repo authors.',
    ],
    matches: (refused) => isGate(refused) && /awaiting|pending|under review/i.test(refused.words),
    type: 'GatedDatasetError',
    text: ({ name, words }) => `Your request for the gated ${name} is pending: "${words}"`,
    remedy: ({ page }) => `Wait until its authors decide (${page}), then retry.`,
  },
  {
    seen: [
      403,
      'GatedRepo',
      "Your request to access dataset lmsys/lmsys-chat-1m has been rejected by the repo's authors.",
    ],
    matches: (refused) => isGate(refused) && /reject/i.test(refused.words),
    type: 'GatedDatasetError',
    text: ({ name, words }) => `Your request for the gated ${name} was rejected: "${words}"`,
    remedy: ({ page }) => `Write to its authors (${page}), or leave the source out.`,
  },
  {
    seen: [
      403,
      'GatedRepo',
      'Access to dataset lmsys/lmsys-chat-1m is restricted and you are not in the authorized list. Visit https://huggingface.co/datasets/lmsys/lmsys-chat-1m to ask for access.',
    ],
    matches: isGate,
    type: 'GatedDatasetError',
    text: ({ name, words }) =>
      `The ${name} is gated and its terms are not accepted by the account of your token${/authorized list|ask for access|accept/i.test(words) ? '' : ', or the request is pending'}. The Hub answers: "${words}"`,
    remedy: ({ page }) => `Accept the terms at ${page} with the account of your token, then retry.`,
  },
  {
    seen: [404, 'RevisionNotFound', 'Invalid rev id: nope'],
    matches: ({ code }) => code === 'RevisionNotFound',
    type: 'RevisionNotFoundError',
    text: ({ name, revision }) => `The ${name} has no revision "${revision}"`,
  },
  {
    seen: [404, 'EntryNotFound', 'Entry not found'],
    matches: ({ code }) => code === 'EntryNotFound',
    type: 'HubFileNotFoundError',
    text: ({ url, words }) => `${url} does not exist: ${words}`,
  },
  {
    // The answer for a missing repository and for a private one.
    seen: [401, undefined, 'Invalid username or password.'],
    matches: ({ status, tokenFrom }) => (status === 401 || status === 404) && tokenFrom === undefined,
    type: 'DatasetNotFoundError',
    text: ({ name }) =>
      `The ${name} is not found, or private: without a token the Hub does not distinguish the two`,
    remedy: ({ name }) => `Correct the id of the ${kindOf(name)}, or set a token that may read it.`,
  },
  {
    seen: [404, 'RepoNotFound', 'Repository not found'],
    matches: ({ status }) => status === 401 || status === 404,
    type: 'DatasetNotFoundError',
    text: ({ name }) => `The ${name} is not found, or private and closed to the account of your token`,
    remedy: ({ name }) => `Correct the id of the ${kindOf(name)}, or set a token that may read it.`,
  },
  {
    // Also what a proxy or a firewall between the worker and the Hub answers.
    seen: [403, undefined, ''],
    matches: () => true,
    type: 'HubForbiddenError',
    text: ({ name, status, url, words }) =>
      `${url} answers ${status} for the ${name}${words === '' ? ' and gives no reason' : `: "${words}"`}`,
    remedy: ({ page }) =>
      `Open ${page} in a browser with the account of your token; where it can be read there, look for a proxy or firewall between the worker and the Hub.`,
  },
];

function kindOf(name: string): string {
  return name.split(' ', 1)[0] ?? name;
}
