import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** An authority of a test and the certificate of a server by it. All are paths of PEM files. */
export interface Certificates {
  readonly authority: string;
  readonly key: string;
  readonly certificate: string;
}

/**
 * Makes an authority, and a certificate for a host name.
 *
 * @returns `undefined` where there is no openssl.
 */
export async function makeCertificates(dir: string, host: string): Promise<Certificates | undefined> {
  const path = (name: string): string => join(dir, name);
  const openssl = (...args: readonly string[]): Promise<unknown> => promisify(execFile)('openssl', args);
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout'];
  const isThere = await openssl('version').then(
    () => true,
    () => false,
  );
  if (!isThere) return undefined;
  const authority = path('authority.pem');
  const authorityKey = path('authority-key.pem');
  const subject = ['-days', '2', '-subj', '/CN=Authority of a test'];
  await openssl('req', '-x509', ...newKey, authorityKey, '-out', authority, ...subject);
  const [key, request, certificate] = [path('key.pem'), path('request.pem'), path('certificate.pem')];
  await openssl('req', ...newKey, key, '-out', request, '-subj', `/CN=${host}`);
  await writeFile(path('names'), `subjectAltName=DNS:${host}\n`);
  const by = ['-CA', authority, '-CAkey', authorityKey, '-CAcreateserial', '-days', '2'];
  await openssl('x509', '-req', '-in', request, ...by, '-extfile', path('names'), '-out', certificate);
  return { authority, key, certificate };
}
