/** One complete look at links, addresses and routes, by ip(8) or, where that is missing, by what Node and /proc tell. */
import {readFile} from 'node:fs/promises'
import {networkInterfaces} from 'node:os'
import {toolPath} from '../../core/place-command.ts'
import type {ExecResult} from '../../core/ports.ts'
import {MOST_OUTPUT, quickExec} from '../quick-exec.ts'
import {type IpLine, parseIpLine} from './parse-ip-line.ts'

export interface NetworkLook {
  readonly lines: readonly IpLine[]
  /** Null: not looked at, or too many to follow. */
  readonly routes: readonly IpLine[] | null
  readonly unknownLines: number
}

const LIMIT = 5000
/** A router with a full table is no place to keep a copy of it. */
const MOST_ROUTES = 4000

/** Null where there is no ip program, or it doesn't answer as it should. */
export async function lookByProgram(): Promise<NetworkLook | null> {
  const env = {PATH: toolPath(process.env['PATH'])}
  const ip = async (...args: string[]): Promise<ExecResult> =>
    quickExec.run({file: 'ip', args: ['-oneline', ...args], timeout: LIMIT, env})
  const [links, addresses, routes] = await Promise.all([
    ip('link', 'show'),
    ip('address', 'show'),
    ip('route', 'show', 'table', 'all'),
  ])
  if (!isWhole(links) || !isWhole(addresses)) return null
  const routeLines = routes.stdout.split('\n')
  const fits = isWhole(routes) && routeLines.length <= MOST_ROUTES
  const read = [...links.stdout.split('\n'), ...addresses.stdout.split('\n')].map(readLine)
  const readRoutes = fits ? routeLines.map(readLine) : []
  const unknownLines = [...read, ...readRoutes].filter((line) => line === null).length
  return {lines: known(read), routes: fits ? known(readRoutes) : null, unknownLines}
}

/** What is cut off would look as if it were gone. */
function isWhole({exitCode, stdout}: ExecResult): boolean {
  return exitCode === 0 && stdout.length < MOST_OUTPUT
}

function readLine(line: string): IpLine | null {
  return line.trim() === '' ? {kind: 'other'} : parseIpLine(line)
}

function known(lines: readonly (IpLine | null)[]): readonly IpLine[] {
  return lines.filter((line) => line !== null)
}

/**
 * Without ip: all interfaces from /proc/net/dev, which is that of our own namespace (sysfs may belong to another one); those
 * that are up and have a carrier from getifaddrs(3), with their addresses; IPv4 routes of the main table from /proc/net/route.
 */
export async function lookWithoutProgram(): Promise<NetworkLook> {
  const [devices, routes] = await Promise.all([
    readFile('/proc/net/dev', 'utf8').catch(() => ''),
    readFile('/proc/net/route', 'utf8').catch(() => null),
  ])
  const running = networkInterfaces()
  const names = [...new Set([...parseDevices(devices), ...Object.keys(running)])]
  const lines = names.flatMap((name): readonly IpLine[] => {
    const index = indexOf(name)
    const addresses = running[name]
    const up = addresses !== undefined
    const link: IpLine = {kind: 'link', index, name, up, carrier: up, gone: false}
    const its = (addresses ?? []).map(({address, cidr}): IpLine => ({
      kind: 'address',
      index,
      device: name,
      address: cidr ?? address,
      gone: false,
    }))
    return [link, ...its]
  })
  return {lines, routes: routes === null ? null : parseRoutes(routes), unknownLines: 0}
}

/** Names stand in for the kernel's numbers, which /proc/net/dev doesn't tell. */
function indexOf(name: string): number {
  return [...name].reduce(
    (sum, letter) => (sum * 131 + (letter.codePointAt(0) ?? 0)) % Number.MAX_SAFE_INTEGER,
    7,
  )
}

function parseDevices(text: string): readonly string[] {
  return text
    .split('\n')
    .slice(2)
    .flatMap((line) => /^\s*([^\s:]+):/.exec(line)?.[1] ?? [])
}

/** Columns: interface, destination, gateway, flags, …, metric (7th), mask (8th); addresses as little-endian hexadecimal. */
function parseRoutes(text: string): readonly IpLine[] {
  return text.split('\n').flatMap((line): readonly IpLine[] => {
    const [device, target = '', gateway = '', , , , metric = '0', mask = ''] = line.trim().split(/\s+/)
    if (device === undefined || !/^[0-9A-F]{8}$/.test(target) || !/^[0-9A-F]{8}$/.test(mask)) return []
    const length = mask
      .replaceAll(/./g, (digit) => Number.parseInt(digit, 16).toString(2))
      .replaceAll('0', '').length
    const destination = length === 0 ? 'default' : `${dotted(target)}/${length}`
    const via = gateway === '00000000' ? [] : [dotted(gateway)]
    return [
      {
        kind: 'route',
        refusing: null,
        destination,
        table: 'main',
        metric,
        devices: [device],
        via,
        gone: false,
      },
    ]
  })
}

function dotted(hex: string): string {
  return [6, 4, 2, 0].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)).join('.')
}
