/** Alert numbers and names (RFC 8446 §6, RFC 5246 §7.2 and IANA's TLS Alerts registry). */

const ALERTS: Readonly<Record<number, string>> = {
  0: 'close_notify',
  10: 'unexpected_message',
  20: 'bad_record_mac',
  21: 'decryption_failed',
  22: 'record_overflow',
  30: 'decompression_failure',
  40: 'handshake_failure',
  41: 'no_certificate',
  42: 'bad_certificate',
  43: 'unsupported_certificate',
  44: 'certificate_revoked',
  45: 'certificate_expired',
  46: 'certificate_unknown',
  47: 'illegal_parameter',
  48: 'unknown_ca',
  49: 'access_denied',
  50: 'decode_error',
  51: 'decrypt_error',
  60: 'export_restriction',
  70: 'protocol_version',
  71: 'insufficient_security',
  80: 'internal_error',
  86: 'inappropriate_fallback',
  90: 'user_canceled',
  100: 'no_renegotiation',
  109: 'missing_extension',
  110: 'unsupported_extension',
  111: 'certificate_unobtainable',
  112: 'unrecognized_name',
  113: 'bad_certificate_status_response',
  114: 'bad_certificate_hash_value',
  115: 'unknown_psk_identity',
  116: 'certificate_required',
  120: 'no_application_protocol',
  121: 'ech_required',
}

/** Words in which OpenSSL's reason differs from the RFC's name. */
const SPELLINGS: Readonly<Record<string, string>> = {
  user_cancelled: 'user_canceled',
  decryption_failed_ro: 'decryption_failed',
}

const BY_NAME: ReadonlyMap<string, number> = new Map(
  Object.entries(ALERTS).map(([number, name]) => [name, Number(number)]),
)

/** By its name in the RFCs; null for none. */
export function alertNumber(name: string): number | null {
  return BY_NAME.get(name) ?? null
}

export function alertName(number: number): string {
  return ALERTS[number] ?? `alert ${number}`
}

/**
 * The number of the alert that an error code of Node stands for, or null when the code is no received alert.
 * The spelling depends on the OpenSSL inside Node: `ERR_SSL_SSLV3_ALERT_X` became `ERR_SSL_SSL/TLS_ALERT_X` with
 * 3.5, and some alerts have no `ALERT` in their name. Without one of the prefixes it is a complaint of our own library.
 */
export function alertOfCode(code: string): number | null {
  const match = /^ERR_SSL_(?:SSLV3|TLSV13|TLSV1|SSL\/TLS)_(?:ALERT_)?([A-Z0-9_]+)$/.exec(code)
  const name = match?.[1]?.toLowerCase()
  if (name === undefined) return null
  return BY_NAME.get(SPELLINGS[name] ?? name) ?? null
}
