/** What a request asks of S3, by the names of its API; `Other` for what no client of this project sends. */
export type Operation =
  | 'AbortMultipartUpload'
  | 'CompleteMultipartUpload'
  | 'CopyObject'
  | 'CreateBucket'
  | 'CreateMultipartUpload'
  | 'DeleteObject'
  | 'DeleteObjects'
  | 'GetBucketLifecycleConfiguration'
  | 'GetObject'
  | 'HeadBucket'
  | 'HeadObject'
  | 'ListBuckets'
  | 'ListMultipartUploads'
  | 'ListObjectsV2'
  | 'ListParts'
  | 'Other'
  | 'PutObject'
  | 'UploadPart'
  | 'UploadPartCopy';

/** The operation of a request whose path is `/bucket/key`. */
export function operationOf(method: string, url: URL, hasCopySource: boolean): Operation {
  const { searchParams: query, pathname } = url;
  const [, bucket = '', ...rest] = pathname.split('/');
  const key = rest.join('/');
  if (bucket === '') return method === 'GET' ? 'ListBuckets' : 'Other';
  if (key === '') return bucketOperation(method, query);
  const isUpload = query.has('uploadId');
  switch (method) {
    case 'GET':
      return isUpload ? 'ListParts' : 'GetObject';
    case 'HEAD':
      return 'HeadObject';
    case 'PUT':
      if (isUpload) return hasCopySource ? 'UploadPartCopy' : 'UploadPart';
      return hasCopySource ? 'CopyObject' : 'PutObject';
    case 'POST':
      if (query.has('uploads')) return 'CreateMultipartUpload';
      return isUpload ? 'CompleteMultipartUpload' : 'Other';
    case 'DELETE':
      return isUpload ? 'AbortMultipartUpload' : 'DeleteObject';
    default:
      return 'Other';
  }
}

function bucketOperation(method: string, query: URLSearchParams): Operation {
  if (method === 'HEAD') return 'HeadBucket';
  if (method === 'PUT') return 'CreateBucket';
  if (method === 'POST' && query.has('delete')) return 'DeleteObjects';
  if (method === 'GET' && query.get('list-type') === '2') return 'ListObjectsV2';
  if (method === 'GET' && query.has('uploads')) return 'ListMultipartUploads';
  if (method === 'GET' && query.has('lifecycle')) return 'GetBucketLifecycleConfiguration';
  return 'Other';
}
