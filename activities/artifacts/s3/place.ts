import { HeadraceError } from '../../../core/errors.js';

/** Where a store in a bucket is. */
export interface BucketPlace {
  readonly bucket: string;
  /** Begins the keys of all objects; empty, or with a slash at its end. */
  readonly prefix: string;
}

const scheme = 's3://';

/** Whether a place of a store names a bucket. */
export const isBucketPlace = (place: string): boolean => place.startsWith(scheme);

/** The one spelling of a place, without a slash at its end. */
export function bucketPlaceText({ bucket, prefix }: BucketPlace): string {
  return `${scheme}${bucket}/${prefix}`.replace(/\/$/, '');
}

/**
 * Parses `s3://bucket/prefix`.
 *
 * @throws {HeadraceError} UsageError.
 */
export function parseBucketPlace(place: string): BucketPlace {
  const [bucket = '', ...parts] = place.slice(scheme.length).split('/');
  const prefix = parts.filter((part) => part !== '').join('/');
  if (!isBucketPlace(place) || !/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket))
    throw new HeadraceError(
      'UsageError',
      `${place} names no bucket; expected s3://bucket/prefix, where a bucket has 3 to 63 lower-case letters, digits, "." and "-"`,
    );
  return { bucket, prefix: prefix === '' ? '' : `${prefix}/` };
}
