/** Where a request is really sent: `--connect-to` and `--resolve`, read as curl(1) reads them. */
import {addressFamily} from '../../core/address.ts'
import {UserError} from '../../core/errors.ts'
import type {ResolvedAddress} from '../../core/ports.ts'

export interface Place {
  readonly host: string
  readonly port: number
}

/** The place to connect to, and its addresses when they were given. */
export interface Route extends Place {
  readonly addresses: readonly ResolvedAddress[] | null
}

export interface Routes {
  find(place: Place): Route
}

interface Detour {
  /** Empty matches every host or port. */
  readonly from: {readonly host: string; readonly port: number | null}
  /** Empty keeps the host or port. */
  readonly to: {readonly host: string; readonly port: number | null}
}
interface Fixed {
  readonly host: string
  readonly port: number
  readonly addresses: readonly ResolvedAddress[]
}

/** Throws `USAGE_INVALID`. The first entry that matches counts; a detour comes before given addresses. */
export function readRoutes(given: {
  readonly connect_to: readonly string[]
  readonly resolve: readonly string[]
}): Routes {
  const detours = given.connect_to.map(readDetour)
  const fixed = given.resolve.map(readFixed)
  return {
    find(place) {
      const {to} = detours.find(({from}) => matches(from, place)) ?? {to: {host: '', port: null}}
      const host = to.host === '' ? place.host : to.host
      const port = to.port ?? place.port
      const known = fixed.find((each) => matches(each, {host, port}))
      return {host, port, addresses: known?.addresses ?? null}
    },
  }
}

function matches(
  pattern: {readonly host: string; readonly port: number | null},
  {host, port}: Place,
): boolean {
  const name = pattern.host === '' || pattern.host === '*' || pattern.host === host.toLowerCase()
  return name && (pattern.port === null || pattern.port === port)
}

/** Colons separate; those inside brackets belong to an address. */
function split(text: string, parts: number): readonly string[] | null {
  const words = text.match(/(\[[^\]]*\]|[^:[\]])*(:|$)/g)?.map((word) => word.replace(/:$/, '')) ?? []
  const found = text.endsWith(':') ? words : words.slice(0, -1)
  return found.length === parts ? found.map((word) => word.replace(/^\[(.*)\]$/, '$1').toLowerCase()) : null
}

function readDetour(text: string): Detour {
  const words = split(text, 4)
  const [fromHost = '', fromPort = '', toHost = '', toPort = ''] = words ?? []
  const ports = [fromPort, toPort].map(readPort)
  if (!words || ports.includes('bad')) throw wrong('connect_to', text, 'example.org:443:192.0.2.1:8443')
  const [from, to] = ports as (number | null)[]
  return {from: {host: fromHost, port: from ?? null}, to: {host: toHost, port: to ?? null}}
}

function readFixed(text: string): Fixed {
  const [, head = '', tail = ''] = /^((?:\[[^\]]*\]|[^:]*):\d+):(.+)$/.exec(text) ?? []
  const [host = '', portText = ''] = split(head, 2) ?? []
  const port = readPort(portText)
  const addresses = tail.split(',').flatMap((word) => {
    const address = word.trim().replace(/^\[(.*)\]$/, '$1')
    const family = addressFamily(address)
    return family === null ? [] : [{address, family}]
  })
  const complete = addresses.length === tail.split(',').length
  if (typeof port !== 'number' || host === '' || !complete) {
    throw wrong('resolve', text, 'example.org:443:192.0.2.1')
  }
  return {host, port, addresses}
}

function readPort(text: string): number | null | 'bad' {
  if (text === '') return null
  const port = Number(text)
  return Number.isInteger(port) && port >= 1 && port <= 65_535 ? port : 'bad'
}

function wrong(option: string, text: string, example: string): UserError {
  const flag = `--${option.replaceAll('_', '-')}`
  return new UserError({code: 'USAGE_INVALID', message: `${flag} "${text}": write it such as ${example}`})
}
