/** Runs inside a namespace: opens ICMP one way, sends echo requests and prints the results as JSON. */
import {readdirSync, readlinkSync} from 'node:fs'
import type {EchoExtra, EchoOpening, EchoResult} from '../../../src/core/ports.ts'
import {quickExec} from '../../../src/system/quick-exec.ts'
import {type IcmpMethod, systemIcmp} from '../../../src/system/icmp.ts'

export interface EchoJob {
  readonly methods?: readonly IcmpMethod[]
  readonly family: 4 | 6
  readonly ttl?: number
  readonly source?: string
  readonly interface?: string
  readonly size?: number
  readonly timeout?: number
  /** One request each, all at once unless `inTurn`. */
  readonly to: readonly string[]
  readonly inTurn?: boolean
  /** Opens and closes so many times more before it begins, one after the other. */
  readonly reopen?: number
  /** Milliseconds to go on listening after the last result. */
  readonly linger?: number
}
export interface EchoReport {
  readonly opening: EchoOpening['status']
  readonly detail?: unknown
  readonly method?: string
  readonly results: readonly EchoResult[]
  readonly extras: readonly EchoExtra[]
  /** How many different sockets this process had beyond its first ones while `reopen` was under way. */
  readonly sockets?: number
}

/** The sockets that this process has open. */
function ownSockets(): readonly string[] {
  return readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      const target = readlinkSync(`/proc/self/fd/${fd}`)
      return target.startsWith('socket:') ? [target] : []
    } catch {
      // The folder's own descriptor is closed again.
      return []
    }
  })
}

async function run(job: EchoJob): Promise<EchoReport> {
  const icmp = systemIcmp(quickExec, job.methods ? {methods: job.methods} : {})
  const before = new Set(ownSockets())
  const seen = new Set<string>()
  for (let times = 0; times < (job.reopen ?? 0); times++) {
    const once = await icmp.open(job)
    for (const name of ownSockets()) if (!before.has(name)) seen.add(name)
    if (once.status === 'open') once.socket.close()
  }
  const opening = await icmp.open(job)
  if (opening.status !== 'open') return {opening: opening.status, detail: opening, results: [], extras: []}
  const {socket} = opening
  const extras: EchoExtra[] = []
  socket.onExtra((extra) => extras.push(extra))
  const {signal} = new AbortController()
  const send = async (address: string, sequence: number): Promise<EchoResult> =>
    socket.echo({address, sequence, size: job.size ?? 56, timeout: job.timeout ?? 2000, signal})
  const results: EchoResult[] = []
  if (job.inTurn) for (const [index, address] of job.to.entries()) results.push(await send(address, index))
  else results.push(...(await Promise.all(job.to.map(send))))
  if (job.linger !== undefined) await new Promise((resolve) => setTimeout(resolve, job.linger))
  socket.close()
  return {opening: 'open', method: socket.method, results, extras, sockets: seen.size}
}

process.stdout.write(JSON.stringify(await run(JSON.parse(process.argv[2] ?? '{}') as EchoJob)))
