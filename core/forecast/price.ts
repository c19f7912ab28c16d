import type { BilledRequests } from './requests.js';

/** Prices of an S3 service, in USD. */
export interface StorePrices {
  /** Where and when they were read, for users. */
  readonly from: string;
  /** Of a thousand GET and HEAD requests. */
  readonly getsUsd: number;
  /** Of a thousand PUT, COPY, POST and LIST requests. */
  readonly putsUsd: number;
  /** Of 10⁹ bytes for a month. */
  readonly gigabyteMonthUsd: number;
}

/** Other services and regions have other prices; workers in the region of the bucket pay no transfer. */
export const storePrices: StorePrices = {
  from: 'S3 Standard in us-east-1, first 50 TB, 2026',
  getsUsd: 0.0004,
  putsUsd: 0.005,
  gigabyteMonthUsd: 0.023,
};

export function requestsUsd({ get, put, list }: BilledRequests, prices = storePrices): number {
  return (get * prices.getsUsd + (put + list) * prices.putsUsd) / 1000;
}

export function monthUsd(bytes: number, prices = storePrices): number {
  return (bytes / 1e9) * prices.gigabyteMonthUsd;
}
