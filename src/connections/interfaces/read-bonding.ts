/** Reads `/proc/net/bonding/NAME` (drivers/net/bonding/bond_procfs.c). Unknown lines are ignored, missing ones tolerated. */
import type {BondFacts, BondMember, Duplex} from '../../core/network-events.ts'
import {countsAsUp} from './bond-words.ts'

/** Of the network namespace of whoever reads. */
export const BOND_FOLDER = '/proc/net/bonding'

export function bondFile(name: string): string {
  return `${BOND_FOLDER}/${name}`
}

/** The driver writes descriptions; everybody else says these names. */
const MODES: readonly (readonly [RegExp, string])[] = [
  [/active-backup/, 'active-backup'],
  [/round-robin/, 'balance-rr'],
  [/\(xor\)/, 'balance-xor'],
  [/broadcast/, 'broadcast'],
  [/802\.3ad/, '802.3ad'],
  [/adaptive load balancing/, 'balance-alb'],
  [/transmit load balancing/, 'balance-tlb'],
]

/** Null for what is no such text. */
export function readBonding(text: string): BondFacts | null {
  const [head = '', ...slaves] = text.split(/^(?=Slave Interface:)/m)
  const about = fields(head)
  const described = about.get('Bonding Mode')
  if (described === undefined) return null
  const mode = MODES.find(([pattern]) => pattern.test(described))?.[1] ?? described
  const active = named(about.get('Currently Active Slave'))
  return {
    mode,
    active,
    primary: named(about.get('Primary Slave')?.replace(/ \(primary_reselect .*$/, '')),
    monitor: monitorOf(about),
    members: slaves.map((slave) => memberOf(fields(slave), mode, active)),
  }
}

function fields(text: string): ReadonlyMap<string, string> {
  return new Map(
    text.split('\n').flatMap((line): readonly (readonly [string, string])[] => {
      const at = line.indexOf(': ')
      return at < 0 ? [] : [[line.slice(0, at).trim(), line.slice(at + 2).trim()]]
    }),
  )
}

/** Whatever has an interval other than 0 looks. */
function monitorOf(about: ReadonlyMap<string, string>): 'mii' | 'arp' | null {
  if (Number(about.get('ARP Polling Interval (ms)') ?? 0) > 0) return 'arp'
  return Number(about.get('MII Polling Interval (ms)') ?? 0) > 0 ? 'mii' : null
}

function memberOf(slave: ReadonlyMap<string, string>, mode: string, active: string | null): BondMember {
  const device = slave.get('Slave Interface') ?? ''
  const mii = slave.get('MII Status') ?? ''
  return {
    device,
    state: mode === 'active-backup' && device !== active ? 'backup' : 'active',
    up: countsAsUp(mii),
    mii,
    failures: Number(slave.get('Link Failure Count') ?? 0),
    speed: speedOf(slave.get('Speed')),
    duplex: duplexOf(slave.get('Duplex')),
  }
}

function named(text: string | undefined): string | null {
  return text === undefined || text === '' || text === 'None' ? null : text
}

/** `1000 Mbps`; `Unknown` without a carrier. */
function speedOf(text: string | undefined): number | null {
  const megabits = Number.parseInt(text ?? '', 10)
  return megabits > 0 ? megabits * 1_000_000 : null
}

function duplexOf(text: string | undefined): Duplex | null {
  return text === 'full' || text === 'half' ? text : null
}
