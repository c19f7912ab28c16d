/** Requests to an S3 service, by the names of its API. */
export const requestKinds = [
  'GetObject',
  'HeadObject',
  'ListObjectsV2',
  'PutObject',
  'CreateMultipartUpload',
  'UploadPart',
  'UploadPartCopy',
  'CompleteMultipartUpload',
] as const;

/** One of {@link requestKinds}. */
export type RequestKind = (typeof requestKinds)[number];

/** How many requests of each kind, and bytes. */
export interface Traffic {
  readonly requests: Readonly<Record<RequestKind, number>>;
  /** Bytes of bodies. */
  readonly sentBytes: number;
  readonly receivedBytes: number;
}

const none: Traffic['requests'] = {
  GetObject: 0,
  HeadObject: 0,
  ListObjectsV2: 0,
  PutObject: 0,
  CreateMultipartUpload: 0,
  UploadPart: 0,
  UploadPartCopy: 0,
  CompleteMultipartUpload: 0,
};

export const noTraffic: Traffic = { requests: none, sentBytes: 0, receivedBytes: 0 };

/** Traffic of so many requests of one kind. */
export function requests(
  kind: RequestKind,
  count: number,
  { sentBytes = 0, receivedBytes = 0 }: { readonly sentBytes?: number; readonly receivedBytes?: number } = {},
): Traffic {
  return { requests: { ...none, [kind]: count }, sentBytes, receivedBytes };
}

/** All of it together. */
export function sum(...parts: readonly Traffic[]): Traffic {
  const total = { ...none };
  for (const part of parts) for (const kind of requestKinds) total[kind] += part.requests[kind];
  return {
    requests: total,
    sentBytes: parts.reduce((bytes, part) => bytes + part.sentBytes, 0),
    receivedBytes: parts.reduce((bytes, part) => bytes + part.receivedBytes, 0),
  };
}

/** The traffic so many times. */
export function times(count: number, traffic: Traffic): Traffic {
  const multiplied = requestKinds.map((kind) => [kind, count * traffic.requests[kind]] as const);
  return {
    requests: { ...none, ...Object.fromEntries(multiplied) },
    sentBytes: count * traffic.sentBytes,
    receivedBytes: count * traffic.receivedBytes,
  };
}

/** What a request is billed as. */
export interface BilledRequests {
  /** GET and HEAD. */
  readonly get: number;
  /** PUT, COPY and POST. */
  readonly put: number;
  readonly list: number;
}

export function billed({ requests: of }: Pick<Traffic, 'requests'>): BilledRequests {
  return {
    get: of.GetObject + of.HeadObject,
    put:
      of.PutObject +
      of.CreateMultipartUpload +
      of.UploadPart +
      of.UploadPartCopy +
      of.CompleteMultipartUpload,
    list: of.ListObjectsV2,
  };
}
