import { defined } from '../../../core/defined.js';
import { HeadraceError, messageOf, type ErrorType } from '../../../core/errors.js';
import { tlsRefusal } from './tls-refusal.js';

/** An answer of the S3 service that is no success, or why there was none. */
export interface Refusal {
  /** `undefined` where no answer came. */
  readonly status: number | undefined;
  /** Code of S3 such as `SlowDown`, of the system such as `ECONNRESET`, or the name of the error. */
  readonly code: string;
  readonly message: string;
  /** Where the service names the region of the bucket. */
  readonly region: string | undefined;
  readonly retryAfterMs: number | undefined;
}

/** Message of the SDK. */
const noRegion = 'Region is missing';

const typeOfCode: Readonly<Record<string, ErrorType>> = {
  NoSuchBucket: 'BucketMissingError',
  InvalidBucketName: 'BucketMissingError',
  PermanentRedirect: 'StoreRegionError',
  AuthorizationHeaderMalformed: 'StoreRegionError',
  IncorrectRegion: 'StoreRegionError',
  IllegalLocationConstraintException: 'StoreRegionError',
  RequestTimeTooSkewed: 'StoreClockError',
  InvalidToken: 'StoreForbiddenError',
  ExpiredToken: 'StoreForbiddenError',
  TokenRefreshRequired: 'StoreForbiddenError',
  // The answer of versitygw, with status 404.
  XAdminUserNotFound: 'StoreForbiddenError',
  CredentialsProviderError: 'StoreForbiddenError',
  TokenProviderError: 'StoreForbiddenError',
  ProxyRefused: 'StoreProxyError',
};

/** 4xx answers after which the same request may succeed. */
const transientCodes = new Set([
  'RequestTimeout',
  'RequestTimeoutException',
  'OperationAborted',
  'ConditionalRequestConflict',
  'Throttling',
  'ThrottlingException',
  'TooManyRequestsException',
]);

/** Of the operating system, Node and the SDK, where the connection or the name service failed. */
const networkCode =
  /^(ECONN\w+|EPIPE|EPROTO|ETIMEDOUT|ENOTFOUND|EAI_\w+|E(HOST|NET)\w+|ERR_STREAM_PREMATURE_CLOSE|HPE_\w+|TimeoutError|BrokenAnswer|ProxyUnavailable)$/;

/** What the SDK appends to errors of an answer that it could not read. */
const hintOfSdk = /\s*Deserialization error: to see the raw response[^]*$/;

/** Of errors without an answer which are not the network's, but where only the user can help. */
const setUpCode = /ProviderError$|^ProxyRefused$/;

/**
 * The answer to a request that no run needs. `refusal`: that of a service which does not know the request, or
 * does not allow it to the key.
 */
export type Offered<Answer> = { readonly answer: Answer } | { readonly refusal: string };

/** The refusal of a request that no run needs; `undefined` where it is another failure. */
export function notOffered(refusal: Refusal): { readonly is: { readonly refusal: string } } | undefined {
  const { status } = refusal;
  const isFinal = status !== undefined && status >= 400 && status < 500 && !isTransient(refusal);
  return isFinal || status === 501 ? { is: { refusal: answerText(refusal) } } : undefined;
}

/** What the SDK threw, or the failure of a connection. */
export function refusalOf(error: unknown): Refusal {
  const status = fieldOf(fieldOf(error, '$metadata'), 'httpStatusCode');
  const headers = fieldOf(fieldOf(error, '$response'), 'headers');
  const systemCode = fieldOf(error, 'code');
  const retryAfter = Number(fieldOf(headers, 'retry-after'));
  const code = typeof systemCode === 'string' ? systemCode : error instanceof Error ? error.name : 'Error';
  return {
    // Where the body of an error is cut or never comes, the SDK has a status, but no answer came.
    status: typeof status === 'number' && !networkCode.test(code) ? status : undefined,
    code,
    message: messageOf(error).replace(hintOfSdk, ''),
    region: textOf(fieldOf(headers, 'x-amz-bucket-region')) ?? textOf(fieldOf(error, 'Region')),
    retryAfterMs: retryAfter > 0 ? retryAfter * 1000 : undefined,
  };
}

/** Whether the same request may succeed in a moment. */
export function isTransient({ status, code, message }: Refusal): boolean {
  if (code in typeOfCode) return false;
  if (status === undefined) return networkCode.test(code) && tlsRefusal(code, message) === undefined;
  return status >= 500 || status === 429 || status === 408 || transientCodes.has(code);
}

/** Whether the object is missing, as opposed to the bucket. */
export function isAbsent({ status, code }: Refusal): boolean {
  // The answer to HEAD has no body, and so no code of its own.
  return status === 404 && (code === 'NoSuchKey' || code === 'NotFound');
}

/**
 * Whether the answer to a request for one version of an object is that there is none, or that it is a
 * deletion.
 */
export function isNoVersion({ status, code }: Refusal): boolean {
  // The answer to HEAD has no code: 404, 405 for a deletion, 400 for an id that another service has made.
  return [400, 404, 405].includes(status ?? 0) && !(code in typeOfCode) && !transientCodes.has(code);
}

/** Whether this is of the service or the way to it, as opposed to the disk or a defect. */
export function isOfService({ status, code, message }: Refusal): boolean {
  const isKnown = [networkCode, setUpCode].some((known) => known.test(code)) || message === noRegion;
  return status !== undefined || isKnown || tlsRefusal(code, message) !== undefined;
}

/** The error of a refusal after which only the user can help. */
export function errorOfRefusal(refusal: Refusal, doing: string, cause: Error): HeadraceError {
  const { region } = refusal;
  const where = region === undefined ? '' : ` The bucket is in region ${region}.`;
  const tls = refusal.status === undefined ? tlsRefusal(refusal.code, refusal.message) : undefined;
  return new HeadraceError(
    tls?.type ?? typeOf(refusal),
    `${doing}: ${answerText(refusal)}.${where}`.replace('..', '.'),
    defined({ cause, remedy: tls?.remedy }),
  );
}

/** `403 AccessDenied: Access Denied`. */
export function answerText({ status, code, message }: Refusal): string {
  return `${status === undefined ? '' : `${status} `}${code}: ${message}`;
}

function typeOf({ status, code, message }: Refusal): ErrorType {
  const known = typeOfCode[code];
  if (known !== undefined) return known;
  if (status === 301 || status === 307 || message === noRegion) return 'StoreRegionError';
  if (status === 401 || status === 403) return 'StoreForbiddenError';
  return 'StoreAnswerError';
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
