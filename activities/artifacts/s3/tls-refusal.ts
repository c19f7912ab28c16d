import type { ErrorType } from '../../../core/errors.js';

/** A failure of TLS that no time mends. */
export interface TlsRefusal {
  readonly type: ErrorType;
  readonly remedy: string;
}

/** Of a certificate that is not accepted (nodejs.org/api/tls.html#x509-certificate-error-codes). */
const certificateCode =
  /CERT|^ERR_TLS|^(CRL_\w+|HOSTNAME_MISMATCH|INVALID_(CA|PURPOSE)|PATH_LENGTH_EXCEEDED|UNABLE_TO_\w+)$/;

/** OpenSSL's words for an answer that is no TLS. */
const noTls = /wrong version number|packet length too long/;

/** What a failure is of TLS, by its code and message; `undefined` for other failures. */
export function tlsRefusal(code: string, message: string): TlsRefusal | undefined {
  if (/ALTNAME|HOSTNAME/.test(code))
    return {
      type: 'StoreCertificateError',
      remedy:
        'Use a host name that the certificate has in AWS_ENDPOINT_URL_S3, or give the server a certificate with this one.',
    };
  if (/EXPIRED|NOT_YET_VALID/.test(code))
    return {
      type: 'StoreCertificateError',
      remedy: "Renew the certificate of the server, or set this machine's clock right.",
    };
  if (certificateCode.test(code))
    return {
      type: 'StoreCertificateError',
      remedy:
        'Where the authority of the server (or of a proxy that reads TLS) is your own, set NODE_EXTRA_CA_CERTS or AWS_CA_BUNDLE to a PEM file with its certificate, on workers and where commands are typed.',
    };
  if (noTls.test(message))
    return {
      type: 'StoreAnswerError',
      remedy:
        'What answers does not speak TLS: correct the port in AWS_ENDPOINT_URL_S3, or use http:// for a server without TLS.',
    };
  return code.startsWith('ERR_SSL')
    ? { type: 'StoreAnswerError', remedy: 'Check the TLS settings of the server at AWS_ENDPOINT_URL_S3.' }
    : undefined;
}
