/** tc, nft and ip as far as faults use them, over a kernel that is a few maps; can fail, or pretend, on request. */
import type {Exec, ExecRequest, ExecResult} from '../../src/core/ports.ts'

interface SimulatedDevice {
  qdiscs: Qdisc[]
  readonly classes: Set<string>
  /** Of the classes, as tc was told. */
  readonly rates: Map<string, string>
}

interface Qdisc {
  readonly kind: string
  readonly handle: string
  readonly parent: string | null
  readonly options: string
}

export class SimulatedKernel implements Exec {
  readonly devices = new Map<string, SimulatedDevice>()
  readonly tables = new Map<string, string>()
  /** Every program call, as typed. */
  readonly log: string[] = []
  /** The command with this number (counting lines of batches, from 0) fails. */
  failAt = Number.POSITIVE_INFINITY
  /** tc answers 0 and does nothing. */
  tcIsFake = false
  /** What the counter of every rule says. */
  packets = 0
  #commands = 0

  constructor(devices: readonly string[] = ['eth0', 'lo']) {
    for (const name of devices) this.devices.set(name, {qdiscs: [], classes: new Set(), rates: new Map()})
  }

  /** How many changing commands there were. */
  get commands(): number {
    return this.#commands
  }

  async run({file, args, input = ''}: ExecRequest): Promise<ExecResult> {
    this.log.push([file, ...args].join(' '))
    return this.#program(file, args, input)
  }

  #program(file: string, args: readonly string[], input: string): ExecResult {
    switch (file) {
      case 'nsenter': {
        const [program = '', ...rest] = args.slice(args.indexOf('--') + 1)
        return this.#program(program, rest, input)
      }
      case 'tc':
        return this.#tc(args, input)
      case 'nft':
        return this.#nft(args, input)
      case 'ip':
        return this.#ip(args)
      case 'readlink':
        return result(0, 'net:[1]\n')
      case 'sysctl':
        return result(0, 'pfifo_fast\n')
      default:
        return {...result(1), notFound: true}
    }
  }

  #tc(args: readonly string[], input: string): ExecResult {
    if (this.tcIsFake) return result(0)
    if (args.includes('-batch')) return this.#batch(input.trim().split('\n'), args.includes('-force'))
    if (args.includes('qdisc')) return this.#showQdiscs(args.at(-1) ?? '', args.includes('-s'))
    if (args.includes('classid')) return this.#showClass(args)
    if (args.includes('class')) {
      return result(
        0,
        [...(this.devices.get(args.at(-1) ?? '')?.classes ?? [])].map((id) => `class ${id}\n`).join(''),
      )
    }
    return result(0, '[]')
  }

  #showClass(args: readonly string[]): ExecResult {
    const device = this.devices.get(args[args.indexOf('dev') + 1] ?? '')
    const rate = device?.rates.get(args.at(-1) ?? '')
    return result(
      0,
      rate === undefined ? '' : `class htb ${args.at(-1) ?? ''} root rate ${rate} ceil ${rate}\n`,
    )
  }

  #batch(lines: readonly string[], force: boolean): ExecResult {
    let failed = false
    for (const line of lines) {
      if (this.#command(line)) continue
      failed = true
      if (!force) break
    }
    return failed ? result(1, '', 'Error: no.\nCommand failed -:1\n') : result(0)
  }

  #command(line: string): boolean {
    if (this.#commands++ === this.failAt) return false
    const words = line.split(' ')
    const device = this.devices.get(words[3] ?? '')
    if (!device) return false
    return words[0] === 'class' ? changeClass(device, words) : changeQdisc(device, words)
  }

  #showQdiscs(name: string, counters: boolean): ExecResult {
    const device = this.devices.get(name)
    if (!device) return result(1, '', 'Cannot find device')
    const counts = counters ? {packets: 0, drops: 0, qlen: 0} : {}
    const shown = device.qdiscs.map(({kind, handle, parent, options}) => ({
      kind,
      handle,
      ...(parent === null ? {root: true} : {parent}),
      options: {text: options, rate: rateOf(options), limit: limitOf(options)},
      ...counts,
    }))
    const fallback = [{kind: 'noqueue', handle: '0:', root: true, options: {}}]
    return result(0, JSON.stringify(shown.some((qdisc) => 'root' in qdisc) ? shown : [...fallback, ...shown]))
  }

  #nft(args: readonly string[], input: string): ExecResult {
    if (args[0] === '-f') {
      if (this.#commands++ === this.failAt) return result(1, '', 'Error: no')
      const name = /create table inet (\S+)/.exec(input)?.[1] ?? ''
      if (this.tables.has(name)) return result(1, '', 'File exists')
      this.tables.set(name, input)
      return result(0)
    }
    if (args[0] === 'delete') return result(this.tables.delete(args[3] ?? '') ? 0 : 1)
    if (args[0] === 'list')
      return result(0, [...this.tables.keys()].map((name) => `table inet ${name}\n`).join(''))
    const text = this.tables.get(args[4] ?? '')
    if (text === undefined) return result(1)
    const rules = text.split('\n').filter((line) => line.includes(' counter '))
    return result(
      0,
      JSON.stringify({
        nftables: [
          {set: {elem: [1]}},
          ...rules.map(() => ({rule: {expr: [{counter: {packets: this.packets}}]}})),
        ],
      }),
    )
  }

  #ip(args: readonly string[]): ExecResult {
    if (args.includes('link')) {
      const name = args.at(-1) ?? ''
      if (!this.devices.has(name)) return result(1, '', 'no such device')
      const flags = name === 'lo' ? ['LOOPBACK'] : []
      return result(0, JSON.stringify([{ifname: name, flags, mtu: 1500, txqlen: 1000}]))
    }
    if (args.includes('get')) return result(0, JSON.stringify([{dev: 'eth0', prefsrc: '10.0.0.1'}]))
    return result(0, '[]')
  }
}

function valueOf(words: readonly string[], key: string): string | null {
  return words.includes(key) ? (words[words.indexOf(key) + 1] ?? null) : null
}

function changeClass(device: SimulatedDevice, words: readonly string[]): boolean {
  const id = valueOf(words, 'classid') ?? ''
  if (words[1] === 'del') return device.classes.delete(id)
  if (device.classes.has(id)) return false
  device.classes.add(id)
  device.rates.set(id, valueOf(words, 'rate') ?? '')
  return true
}

function changeQdisc(device: SimulatedDevice, words: readonly string[]): boolean {
  const parent = words.includes('root') ? null : valueOf(words, 'parent')
  const handle = valueOf(words, 'handle') ?? ''
  if (words[1] === 'del') return deleteQdisc(device, parent, handle)
  if (device.qdiscs.some((qdisc) => qdisc.handle === handle || qdisc.parent === parent)) return false
  const [kind = '', ...options] = words.slice(words.indexOf('handle') + 2)
  device.qdiscs.push({kind, handle, parent, options: options.join(' ')})
  return true
}

/** A root takes everything below it along. */
function deleteQdisc(device: SimulatedDevice, parent: string | null, handle: string): boolean {
  const found = device.qdiscs.find((qdisc) => qdisc.parent === parent && qdisc.handle === handle)
  if (!found) return false
  device.qdiscs = parent === null ? [] : device.qdiscs.filter((qdisc) => qdisc !== found)
  if (parent === null) device.classes.clear()
  return true
}

function rateOf(options: string): number | undefined {
  const bits = /\brate (\d+)bit/.exec(options)?.[1]
  return bits === undefined ? undefined : Math.floor(Number(bits) / 8)
}

function limitOf(options: string): number | undefined {
  const limit = /\blimit (\d+)/.exec(options)?.[1]
  return limit === undefined ? undefined : Number(limit)
}

function result(exitCode: number, stdout = '', stderr = ''): ExecResult {
  return {exitCode, stdout, stderr, took: 0, timedOut: false, notFound: false}
}
