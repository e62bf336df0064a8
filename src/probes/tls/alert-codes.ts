import type {FailureCode} from '../../core/codes/index.ts'

const ALERT_CODES: Readonly<Record<number, FailureCode>> = {
  10: 'TLS_MALFORMED',
  20: 'TLS_MALFORMED',
  21: 'TLS_MALFORMED',
  22: 'TLS_MALFORMED',
  30: 'TLS_MALFORMED',
  40: 'TLS_NO_SHARED_CIPHER',
  41: 'TLS_CLIENT_CERT_REQUIRED',
  47: 'TLS_MALFORMED',
  50: 'TLS_MALFORMED',
  51: 'TLS_MALFORMED',
  70: 'TLS_VERSION',
  71: 'TLS_NO_SHARED_CIPHER',
  80: 'TLS_SERVER_ERROR',
  86: 'TLS_VERSION',
  112: 'TLS_SNI_UNKNOWN',
  116: 'TLS_CLIENT_CERT_REQUIRED',
  120: 'TLS_ALPN',
}

/** What an alert means that answers a hello, when nothing else is known. */
export function codeOfAlert(number: number): FailureCode {
  return ALERT_CODES[number] ?? 'TLS_ALERT'
}
