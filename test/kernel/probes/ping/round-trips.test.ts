import {execFile} from 'node:child_process'
import {promisify} from 'node:util'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {probeIn} from '../../../support/namespace-path.ts'
import {type NamespacePair, makeNamespacePair, namespacesMissing, runIn} from '../../../support/namespaces.ts'
import {requireBundle} from '../../../support/program.ts'

const missing = namespacesMissing()
const COUNT = 100
/** A test must not fail because a machine is busy; the figure that it prints is what counts. */
const TOLERANCE = 0.3
let pair: NamespacePair

beforeAll(() => {
  requireBundle()
  if (!missing) pair = makeNamespacePair()
})

afterAll(() => {
  if (!missing) pair.remove()
})

/** Round trips by iputils, in milliseconds. */
async function pingProgram(to: string): Promise<readonly number[]> {
  const args = ['netns', 'exec', pair.near, 'ping', '-n', '-c', String(COUNT), '-i', '0.01', to]
  const {stdout} = await promisify(execFile)('ip', args)
  return [...stdout.matchAll(/time=([\d.]+) ms/g)].map(([, text]) => Number(text))
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}

describe.skipIf(missing !== null)('round trips over a pair of namespaces', () => {
  it.each([
    ['datagram', '10.99.0.2'],
    ['raw', '10.99.0.2'],
    ['datagram', 'fd99::2'],
  ])('by the %s socket to %s are those of iputils, which pings at the same time', async (kind, to) => {
    const range = kind === 'datagram' ? '0 2147483647' : '1 0'
    runIn(pair.near, 'sysctl', ['-q', '-w', `net.ipv4.ping_group_range=${range}`])
    const args = ['ping', to, '-c', String(COUNT), '-i', '10ms']
    const [theirs, {result}] = await Promise.all([pingProgram(to), probeIn(pair.near, args)])
    const ours = result.samples.flatMap(({rtt}) => (rtt === null ? [] : [rtt]))
    expect(result).toMatchObject({method: `icmp ${kind} socket`, loss: 0, ping: {clock: 'kernel'}})
    expect(Math.min(...ours)).toBeGreaterThan(0)
    const [own, other] = [median(ours), median(theirs)]
    const figures = [own, other, own - other].map((ms) => (ms * 1000).toFixed(1))
    process.stdout.write(
      `${kind} socket, ${to}: median ${figures[0]} us, ping ${figures[1]}, apart ${figures[2]}\n`,
    )
    expect(Math.abs(own - other)).toBeLessThan(TOLERANCE)
  })
})
