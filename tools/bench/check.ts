/**
 * How long a check of many loopback targets takes, beside what others need for the same probes in the same minute, and
 * whether round trip times stay the same when more is probed at a time.
 */
import {mkdtemp, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {inRoot} from '../set-up/paths.mjs'
import {type Row, measurePeers} from './check-peers.ts'
import {type CheckServers, mixedUrls, openCheckServers} from './check-servers.ts'
import {runMeasured} from './measured-program.ts'

const SIZES = [1000, 10_000] as const
/** What a check does by itself, so the others get the same. */
const AT_ONCE = 16
/** How much at a time round trip times are compared at. */
const CONCURRENCIES = [1, AT_ONCE, 100] as const
const ROUNDS = 3

/** Prints a table per size; returns 1 when a probe of a target that is up failed. */
export async function benchCheck(): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'netdrill-bench-'))
  const servers = await openCheckServers(folder)
  let failed = 0
  try {
    for (const size of SIZES) {
      const rows = await measureSize(size, servers, folder)
      failed += rows.reduce((sum, row) => sum + row.failed, 0)
      print(size, rows)
    }
    await compareTimes(mixedUrls(SIZES[0], servers), servers, folder)
  } finally {
    servers.close()
    await rm(folder, {recursive: true, force: true})
  }
  return failed > 0 ? 1 : 0
}

async function measureSize(size: number, servers: CheckServers, folder: string): Promise<readonly Row[]> {
  const {tcp: ports} = servers
  const tcp = Array.from({length: size}, (_, index) => `tcp://127.0.0.1:${ports[index % ports.length] ?? 0}`)
  const mixed = mixedUrls(size, servers)
  const own: Row[] = []
  for (const [what, urls] of Object.entries({tcp, mixed})) {
    const file = await writeDocument(urls, servers, folder)
    const {seconds, megabytes, stdout} = await check(file)
    const {counts} = JSON.parse(stdout) as CheckOutput
    own.push({what: `netdrill check, ${what}`, seconds, megabytes, failed: size - counts.passed})
  }
  return [...own, ...(await measurePeers({tcp, mixed, folder, atOnce: AT_ONCE}))]
}

interface CheckOutput {
  readonly counts: {readonly passed: number}
  readonly targets: readonly {
    readonly kind: string
    readonly result: {readonly rtt: {readonly avg: number} | null}
  }[]
}

async function writeDocument(urls: readonly string[], {ca}: CheckServers, folder: string): Promise<string> {
  const file = join(folder, 'check.yaml')
  const lines = urls.map((url, index) =>
    url.startsWith('tls:') ? `  t${index}: {url: "${url}", ca: "${ca}"}` : `  t${index}: ${url}`,
  )
  await writeFile(file, `version: 1\ntargets:\n${lines.join('\n')}\n`)
  return file
}

async function check(file: string, ...more: readonly string[]): ReturnType<typeof runMeasured> {
  return runMeasured(process.execPath, [inRoot('bin/run.js'), 'check', file, '--json', ...more])
}

/** Interleaved, so that a busy minute hits all alike. */
async function compareTimes(urls: readonly string[], servers: CheckServers, folder: string): Promise<void> {
  const file = await writeDocument(urls, servers, folder)
  const times = new Map<string, number[]>()
  for (let round = 0; round < ROUNDS; round++) {
    for (const concurrency of CONCURRENCIES) {
      const {stdout} = await check(file, '--concurrency', String(concurrency))
      for (const {kind, result} of (JSON.parse(stdout) as CheckOutput).targets) {
        if (!result.rtt) continue
        const key = `${kind} ${concurrency}`
        times.set(key, [...(times.get(key) ?? []), result.rtt.avg])
      }
    }
  }
  printTimes(times)
}

function printTimes(times: ReadonlyMap<string, readonly number[]>): void {
  const kinds = [...new Set([...times.keys()].map((key) => key.split(' ')[0] ?? ''))]
  process.stdout.write(`\n${'round trip times in ms: p50 / p95'.padEnd(36)}`)
  process.stdout.write(`${CONCURRENCIES.map((one) => `${one} at a time`.padStart(17)).join('')}\n`)
  for (const kind of kinds) {
    const cells = CONCURRENCIES.map((one) => {
      const ascending = (times.get(`${kind} ${one}`) ?? []).toSorted((a, b) => a - b)
      const at = (share: number): string => (ascending[Math.floor(ascending.length * share)] ?? 0).toFixed(3)
      return `${at(0.5)} / ${at(0.95)}`.padStart(17)
    })
    process.stdout.write(`${kind.padEnd(36)}${cells.join('')}\n`)
  }
}

function print(size: number, rows: readonly Row[]): void {
  process.stdout.write(
    `\n${`${size} probes`.padEnd(40)}${'seconds'.padStart(9)}${'peak MB'.padStart(9)}${'failed'.padStart(8)}\n`,
  )
  for (const {what, seconds, megabytes, failed} of rows) {
    const memory = megabytes === null ? '-' : megabytes.toFixed(0)
    process.stdout.write(
      `${what.padEnd(40)}${seconds.toFixed(2).padStart(9)}${memory.padStart(9)}${String(failed).padStart(8)}\n`,
    )
  }
}
