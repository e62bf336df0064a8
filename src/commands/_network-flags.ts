import {Flags} from '@oclif/core'

/** From where something is asked, over which family. */
export const PLACE_FLAGS = {
  ipv4: Flags.boolean({char: digit('4'), summary: 'IPv4 only', env: 'NETDRILL_IPV4', exclusive: ['ipv6']}),
  ipv6: Flags.boolean({char: digit('6'), summary: 'IPv6 only', env: 'NETDRILL_IPV6'}),
  source: Flags.string({
    summary: 'send from this address of this machine',
    env: 'NETDRILL_SOURCE',
    helpValue: 'ADDRESS',
  }),
  interface: Flags.string({
    summary: 'send through this interface',
    env: 'NETDRILL_INTERFACE',
    helpValue: 'NAME',
  }),
}

/** Whom TLS trusts beside the usual roots. */
export const CA_FLAG = {
  ca: Flags.string({
    summary: 'PEM file with further trusted roots; may be repeated',
    env: 'NETDRILL_CA',
    multiple: true,
    multipleNonGreedy: true,
    helpValue: 'FILE',
  }),
}

/** What a TLS handshake presents and demands. */
export const TLS_FLAGS = {
  sni: Flags.string({
    summary: 'the server name to send and to compare the certificate with; empty sends none',
    env: 'NETDRILL_SNI',
    helpValue: 'NAME',
  }),
  ...CA_FLAG,
  cert: Flags.string({
    summary: 'PEM file with a client certificate',
    env: 'NETDRILL_CERT',
    helpValue: 'FILE',
  }),
  key: Flags.string({
    summary: 'PEM file with the key of the client certificate',
    env: 'NETDRILL_KEY',
    helpValue: 'FILE',
  }),
  insecure: Flags.boolean({
    summary: 'report what is wrong with the certificates, but do not fail because of it',
    env: 'NETDRILL_INSECURE',
  }),
}

/** What goes with the request of HTTP, and so with the upgrade of a WebSocket. */
export const REQUEST_FLAGS = {
  header: Flags.string({
    char: 'H',
    summary: 'a request header; may be repeated',
    env: 'NETDRILL_HEADER',
    multiple: true,
    multipleNonGreedy: true,
    helpValue: '"NAME: VALUE"',
  }),
  basic: Flags.string({
    summary: 'user:password, from a variable or a file',
    env: 'NETDRILL_BASIC',
    helpValue: 'env:NAME|file:PATH',
  }),
  bearer: Flags.string({
    summary: 'bearer token, from a variable or a file',
    env: 'NETDRILL_BEARER',
    helpValue: 'env:NAME|file:PATH',
  }),
}

/** As in curl and ssh; oclif's type knows letters only. */
function digit(text: string): 'x' {
  return text as 'x'
}
