import {readFileSync} from 'node:fs'
import type {TlsTranscript} from '../../src/core/ports.ts'

interface Recorded {
  readonly received: string
  readonly secrets: readonly string[]
}

/**
 * What `openssl s_server -Verify` sent to a client without a certificate, recorded once, with the secrets of that
 * connection: in TLS 1.3 up to the alert after the handshake, in TLS 1.2 up to the alert in it.
 */
export function recordedFlight(version: 'tls12' | 'tls13'): TlsTranscript {
  const path = new URL('../fixtures/tls/flights.json', import.meta.url)
  const flights = JSON.parse(readFileSync(path, 'utf8')) as Readonly<Record<'tls12' | 'tls13', Recorded>>
  const {received, secrets} = flights[version]
  return {received: Buffer.from(received, 'base64'), cut: false, secrets}
}
