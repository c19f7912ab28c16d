import type * as Sdk from '@aws-sdk/client-s3';
import { accessSync, constants } from 'node:fs';
import { defined } from '../../../core/defined.js';
import { fromEnv, type Env } from '../../../core/env.js';
import { HeadraceError, messageOf } from '../../../core/errors.js';
import { proxiesIn } from '../../../core/proxy.js';
import type { Way } from '../../http/way.js';
import { PlainWayAgent, SecureWayAgent } from '../../http/way-agents.js';
import type { S3Tuning } from './tuning.js';

/** The SDK, which takes 0.2 s to load: only processes with a store in a bucket load it. */
export type S3Sdk = typeof Sdk;

/** A client of the S3 service that the environment names. */
export interface S3Connection {
  readonly sdk: S3Sdk;
  readonly client: Sdk.S3Client;
  /** How connections of our own reach a server: as those of the client. */
  readonly wayTo: (server: URL) => Way;
}

/**
 * Loads the SDK and makes a client of it from AWS's own variables, profiles and identities. It sends each
 * request once: retries are counted by the caller. Its connections, and those of the services that give it
 * its key, go through the proxy of the environment.
 *
 * @throws {HeadraceError} UsageError for a proxy that is no HTTP proxy, StoreCertificateError for authorities
 *   that cannot be read.
 */
export async function connectS3(env: Env, tuning: S3Tuning): Promise<S3Connection> {
  // The SDK would print a notice about Node 20 with each command.
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';
  const sdk = await import('@aws-sdk/client-s3');
  const endpoint = fromEnv(env, 'AWS_ENDPOINT_URL_S3') ?? fromEnv(env, 'AWS_ENDPOINT_URL');
  const wayTo = waysOf(env);
  const agent = { keepAlive: true, maxSockets: 2 * tuning.requestsAtOnce };
  const client = new sdk.S3Client({
    ...defined({ endpoint, region: regionOf(env, endpoint), credentials: keyOf(env) }),
    // Servers other than Amazon's are reached by one name for all buckets, and few know its newer checksums.
    forcePathStyle: endpoint !== undefined,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    expectContinueHeader: false,
    maxAttempts: 1,
    requestHandler: {
      connectionTimeout: tuning.stallMs,
      socketTimeout: tuning.stallMs,
      httpAgent: new PlainWayAgent(wayTo, agent),
      httpsAgent: new SecureWayAgent(wayTo, agent),
    },
  });
  return { sdk, client, wayTo };
}

function waysOf(env: Env): (server: URL) => Way {
  const proxyOf = proxiesIn(env);
  const authorities = authoritiesOf(env);
  return (server) => defined({ proxy: proxyOf?.(server), authorities });
}

/**
 * The PEM file of `AWS_CA_BUNDLE`. AWS's own programs trust its authorities alone. Here NODE_EXTRA_CA_CERTS
 * has to work beside it: many machines set both, often to one file, which Node has read then.
 */
function authoritiesOf(env: Env): string | undefined {
  const path = fromEnv(env, 'AWS_CA_BUNDLE');
  if (path === undefined || path === process.env['NODE_EXTRA_CA_CERTS']) return undefined;
  try {
    accessSync(path, constants.R_OK);
    return path;
  } catch (error) {
    throw new HeadraceError(
      'StoreCertificateError',
      `AWS_CA_BUNDLE names ${path}, which cannot be read: ${messageOf(error)}`,
      { remedy: 'Set it to a PEM file with certificates of authorities, or unset it.', cause: error },
    );
  }
}

/** The region; without one the SDK looks into the profile. Servers other than Amazon's rarely have any. */
function regionOf(env: Env, endpoint: string | undefined): string | undefined {
  const named = fromEnv(env, 'AWS_REGION') ?? fromEnv(env, 'AWS_DEFAULT_REGION');
  const isInProfile = fromEnv(env, 'AWS_PROFILE') !== undefined;
  return named ?? (endpoint === undefined || isInProfile ? undefined : 'us-east-1');
}

/** The key in the variables; without one the SDK looks for profiles and identities. */
function keyOf(
  env: Env,
): { accessKeyId: string; secretAccessKey: string; sessionToken?: string } | undefined {
  const accessKeyId = fromEnv(env, 'AWS_ACCESS_KEY_ID');
  const secretAccessKey = fromEnv(env, 'AWS_SECRET_ACCESS_KEY');
  if (accessKeyId === undefined || secretAccessKey === undefined) return undefined;
  if (fromEnv(env, 'AWS_PROFILE') !== undefined) return undefined;
  return {
    accessKeyId,
    secretAccessKey,
    ...defined({ sessionToken: fromEnv(env, 'AWS_SESSION_TOKEN') }),
  };
}
