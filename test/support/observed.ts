/** Observations of a healthy walk to https://shop.example/, to be broken in one place by a test. */
import type {AddressWalk, NamesSeen, Observed, OwnLink, ServiceSeen} from '../../src/advice/observed.ts'
import {type FailureCode, makeFailure} from '../../src/core/codes/index.ts'
import type {Outcome, Reading} from '../../src/core/outcome.ts'
import {type TargetUrl, parseTargetUrl} from '../../src/core/target.ts'

export function targetOf(text: string): TargetUrl {
  const parsed = parseTargetUrl(text)
  if (!parsed.ok) throw new Error(parsed.because)
  return parsed.value
}

export function good(reading: Partial<Reading> = {}): Outcome {
  return {status: 'ok', reading: {phase: {}, rtt: 1, ...reading}, took: 1}
}

export function bad(code: FailureCode, partial: Partial<Reading> = {}): Outcome {
  return {
    status: 'failed',
    failure: makeFailure(code, `message of ${code}`),
    partial: {phase: {}, ...partial},
    took: 1,
  }
}

export const ETH0: OwnLink = {
  name: 'eth0',
  loopback: false,
  up: true,
  carrier: true,
  mtu: 1500,
  addresses: [{address: '10.0.0.2', family: 4, prefix: 24, scope: 'global', tentative: false}],
}

export function walkOf(address: string, change: Partial<AddressWalk> = {}): AddressWalk {
  const gateway = '10.0.0.1'
  return {
    address,
    family: address.includes(':') ? 6 : 4,
    route: {status: 'found', device: 'eth0', gateway, source: '10.0.0.2', local: false, mtu: null},
    gateway: {address: gateway, device: 'eth0', ping: {status: 'reply', rtt: 0.2}, state: 'REACHABLE'},
    ping: {status: 'reply', rtt: 5},
    neighbour: null,
    mtu: {status: 'full', mtu: 1500},
    tcp: good(),
    ...change,
  }
}

export function namesOf(change: Partial<NamesSeen> = {}): NamesSeen {
  const host = 'shop.example'
  const answer = {name: host, family: 4, outcome: good()} as const
  return {
    host,
    configuration: {servers: ['10.0.0.53'], search: [], ndots: 1},
    hosts: [],
    system: {4: {status: 'found', addresses: ['10.1.0.1'], took: 2}, 6: null},
    resolvers: [{...walkOf('10.0.0.53'), answers: [answer]}],
    elsewhere: [],
    ...change,
  }
}

export function serviceOf(change: Partial<ServiceSeen> = {}): ServiceSeen {
  return {
    address: '10.1.0.1',
    tls: good(),
    http: good({phase: {wait: 5}}),
    other: null,
    tlsInstead: null,
    clocks: null,
    portal: null,
    ...change,
  }
}

export function observedOf(change: Partial<Observed> = {}): Observed {
  return {
    target: targetOf('https://shop.example/'),
    links: [ETH0],
    gateways: ['10.0.0.1'],
    names: namesOf(),
    addresses: [walkOf('10.1.0.1')],
    service: serviceOf(),
    controls: [],
    unseen: [],
    beyondHosts: [],
    cut: false,
    stalled: 0,
    ...change,
  }
}
