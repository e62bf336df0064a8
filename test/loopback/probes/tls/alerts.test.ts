import {describe, expect, test} from 'vitest'
import {codeOf, factsOf, measureTls, messageOf} from '../../../support/tls-measure.ts'
import {alertRecord, answering, rawServer} from '../../../support/tls-servers.ts'

/** Every alert that a server may send, by its number on the wire; the handshake is still at its beginning. */
const ALERTS: readonly (readonly [number, string, string])[] = [
  [10, 'unexpected_message', 'TLS_MALFORMED'],
  [20, 'bad_record_mac', 'TLS_MALFORMED'],
  [22, 'record_overflow', 'TLS_MALFORMED'],
  [40, 'handshake_failure', 'TLS_NO_SHARED_CIPHER'],
  [42, 'bad_certificate', 'TLS_ALERT'],
  [43, 'unsupported_certificate', 'TLS_ALERT'],
  [44, 'certificate_revoked', 'TLS_ALERT'],
  [45, 'certificate_expired', 'TLS_ALERT'],
  [46, 'certificate_unknown', 'TLS_ALERT'],
  [47, 'illegal_parameter', 'TLS_MALFORMED'],
  [48, 'unknown_ca', 'TLS_ALERT'],
  [49, 'access_denied', 'TLS_ALERT'],
  [50, 'decode_error', 'TLS_MALFORMED'],
  [51, 'decrypt_error', 'TLS_MALFORMED'],
  [70, 'protocol_version', 'TLS_VERSION'],
  [71, 'insufficient_security', 'TLS_NO_SHARED_CIPHER'],
  [80, 'internal_error', 'TLS_SERVER_ERROR'],
  [86, 'inappropriate_fallback', 'TLS_VERSION'],
  [90, 'user_canceled', 'TLS_ALERT'],
  [109, 'missing_extension', 'TLS_ALERT'],
  [110, 'unsupported_extension', 'TLS_ALERT'],
  [112, 'unrecognized_name', 'TLS_SNI_UNKNOWN'],
  [115, 'unknown_psk_identity', 'TLS_ALERT'],
  [116, 'certificate_required', 'TLS_CLIENT_CERT_REQUIRED'],
  [120, 'no_application_protocol', 'TLS_ALPN'],
  [199, 'alert 199', 'TLS_ALERT'],
]

describe('an alert as the first answer', () => {
  test.each(ALERTS)('%i (%s) gives %s', async (number, name, code) => {
    const server = await answering(alertRecord(number))
    try {
      const outcome = await measureTls(server.port)
      expect(codeOf(outcome)).toBe(code)
      expect(messageOf(outcome)).toContain(`alert ${number} (${name})`)
      expect(factsOf(outcome).alert).toBe(number)
    } finally {
      await server.stop()
    }
  })

  test('a warning does not end the handshake by itself', async () => {
    const server = await rawServer((socket) => socket.once('data', () => socket.end(alertRecord(112, 1))))
    try {
      const outcome = await measureTls(server.port)
      expect([codeOf(outcome), factsOf(outcome).alert]).toEqual(['TLS_SNI_UNKNOWN', 112])
    } finally {
      await server.stop()
    }
  })
})
