import { readFileSync } from 'node:fs';
import { createSecureContext, rootCertificates, type SecureContext } from 'node:tls';

const contexts = new Map<string, SecureContext>();

/**
 * What TLS connections trust: Node's authorities, with those of NODE_EXTRA_CA_CERTS, and those of a PEM file.
 * Each thread reads the file once. Throws where it cannot be read, or holds no certificate.
 *
 * @param authorities - path of the file.
 */
export function tlsContext(authorities: string): SecureContext {
  const found = contexts.get(authorities);
  if (found !== undefined) return found;
  const extra = process.env['NODE_EXTRA_CA_CERTS'] ?? '';
  const files = [authorities, ...(extra === '' ? [] : [extra])].map((path) => readFileSync(path, 'utf8'));
  const context = createSecureContext({ ca: [...rootCertificates, ...files] });
  contexts.set(authorities, context);
  return context;
}
