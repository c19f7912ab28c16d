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

/** Whether this is of the service or the way to it, as opposed to the disk or a defect. */
export function isOfService({ status, code, message }: Refusal): boolean {
  const isKnown = [networkCode, setUpCode].some((known) => known.test(code)) || message === noRegion;
  return status !== undefined || isKnown || tlsRefusal(code, message) !== undefined;
}

/** The error of a refusal after which only the user can help. */
export function errorOfRefusal(refusal: Refusal, doing: string, cause: Error): HeadraceError {
  const { status, code, message, region } = refusal;
  const answer = status === undefined ? `${code}: ${message}` : `${status} ${code}: ${message}`;
  const where = region === undefined ? '' : ` The bucket is in region ${region}.`;
  const tls = status === undefined ? tlsRefusal(code, message) : undefined;
  return new HeadraceError(
    tls?.type ?? typeOf(refusal),
    `${doing}: ${answer}.${where}`.replace('..', '.'),
    defined({ cause, remedy: tls?.remedy }),
  );
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
