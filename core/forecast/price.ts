import type { BilledRequests } from './requests.js';

/** Prices of an S3 service, in USD. */
export interface StorePrices {
  /** Where and when they were read, for users. */
  readonly from: string;
  /** Of a thousand GET and HEAD requests. */
  readonly getsUsd: number;
  /** Of a thousand PUT, COPY, POST and LIST requests. */
  readonly putsUsd: number;
  /** Of 2³⁰ bytes for a month, which is the gigabyte of a bill. */
  readonly gigabyteMonthUsd: number;
}

/**
 * The list prices of <https://aws.amazon.com/s3/pricing/>, without free tier and discounts, as transcribed on
 * 2025-10-28 from the AWS Price List API: service `AmazonS3`, us-east-1, request tiers 1 and 2, storage class
 * General Purpose. Other services and regions have other prices; workers in the region of the bucket pay no
 * transfer.
 */
export const storePrices: StorePrices = {
  from: 'list prices of S3 Standard in us-east-1, first 50 TB, October 2025',
  getsUsd: 0.0004,
  putsUsd: 0.005,
  gigabyteMonthUsd: 0.023,
};

export function requestsUsd({ get, put, list }: BilledRequests, prices = storePrices): number {
  return (get * prices.getsUsd + (put + list) * prices.putsUsd) / 1000;
}

export function monthUsd(bytes: number, prices = storePrices): number {
  return (bytes / 2 ** 30) * prices.gigabyteMonthUsd;
}
