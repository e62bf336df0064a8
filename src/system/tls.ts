import {constants} from 'node:crypto'
import {DEFAULT_CIPHERS, createSecureContext, type SecureContext} from 'node:tls'
import {UserError} from '../core/errors.ts'
import type {TlsClientOptions, TlsDoor} from '../core/ports.ts'
import {readRoots} from './tls-roots.ts'
import {upgradeToTls} from './tls-upgrade.ts'
import {warmUpTls} from './tls-warm-up.ts'

/**
 * The handshake by Node's own OpenSSL, with nothing refused for reasons of trust or policy: the certificates are
 * judged by whoever asked. Security level 0 lets weak keys and old versions through, since a refusal by our own
 * library looks exactly like one by the server (alert 70 for a missing level, for instance).
 */
export const systemTls: TlsDoor = {
  async client(options) {
    const context = secureContext(options)
    await warmUpTls(context)
    return {upgrade: async (request) => upgradeToTls(context, request)}
  },
  roots: readRoots,
}

function secureContext(options: TlsClientOptions): SecureContext {
  try {
    return createSecureContext({
      minVersion: options.min,
      maxVersion: options.max,
      ciphers: `${DEFAULT_CIPHERS}:@SECLEVEL=0`,
      // Servers without secure renegotiation (RFC 5746) are refused by OpenSSL 3 itself otherwise.
      secureOptions: constants.SSL_OP_LEGACY_SERVER_CONNECT,
      // No roots: OpenSSL's verdict isn't used, and loading them costs more than the handshake.
      ca: [],
      ...(options.identity ? {cert: options.identity.certificate, key: options.identity.key} : {}),
    })
  } catch (error) {
    throw new UserError({
      code: 'CONFIG_INVALID',
      message: `the client certificate can not be used: ${error instanceof Error ? error.message : String(error)}`,
      advice: [
        'the certificate and its key must be PEM, the key without a passphrase',
        'check that they belong together',
      ],
    })
  }
}
