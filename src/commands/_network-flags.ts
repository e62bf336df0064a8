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

/** As in curl and ssh; oclif's type knows letters only. */
function digit(text: string): 'x' {
  return text as 'x'
}
