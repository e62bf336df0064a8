import {type ChildProcess, spawn} from 'node:child_process'
import {once} from 'node:events'
import {fileURLToPath} from 'node:url'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {probeIn} from '../../../support/namespace-path.ts'
import {type NamespacePair, makeNamespacePair, namespacesMissing, runIn} from '../../../support/namespaces.ts'
import {requireBundle} from '../../../support/program.ts'

const RESPONDER = fileURLToPath(new URL('../../system/icmp-responder.ts', import.meta.url))
const missing = namespacesMissing()
let pair: NamespacePair

beforeAll(() => {
  requireBundle()
  if (missing) return
  pair = makeNamespacePair()
  // Both programs count their requests from 0 or 1, so that the same ones are lost.
  const rule = 'add rule inet t in icmp type echo-request icmp sequence 4-6 drop'
  const chain = 'add chain inet t in { type filter hook input priority 0; }'
  runIn(pair.far, 'nft', [['add table inet t', chain, rule].join('\n')])
})

afterAll(() => {
  if (!missing) pair.remove()
})

describe.skipIf(missing !== null)('an outage', () => {
  it('is as long as fping says', async () => {
    const args = ['ping', '10.99.0.2', '-c', '10', '-i', '100ms', '-t', '90ms', '-e', 'loss <= 30%']
    const {code, result} = await probeIn(pair.near, args)
    expect(code).toBe(0)
    expect(result).toMatchObject({sent: 10, received: 7, lost_in_a_row: 3, outage: 300, missed: 0})
    expect(fpingOutage()).toBe(300)
  })

  it('counts the slots that its timeouts cost', async () => {
    const args = ['ping', '10.99.0.2', '-c', '8', '-i', '50ms', '-t', '180ms', '-e', 'loss < 1%']
    const {code, result} = await probeIn(pair.near, args)
    expect(code).toBe(1)
    expect(result).toMatchObject({sent: 8, received: 5, lost_in_a_row: 3})
    // Three times four slots; a slow machine may need one more for each.
    expect(result.outage).toBeGreaterThanOrEqual(600)
    expect(result.missed).toBeGreaterThanOrEqual(9)
  })
})

/** Of `fping -o`: lost packets times the interval, in milliseconds. */
function fpingOutage(): number {
  const command = 'fping -o -q -c 10 -p 100 -t 90 10.99.0.2 2>&1 || true'
  const text = runIn(pair.near, 'sh', ['-c', command])
  return Number(/outage\(ms\) = (\d+)/.exec(text)?.[1])
}

describe.skipIf(missing !== null)('replies that come twice or late', () => {
  let responder: ChildProcess | null = null

  beforeAll(async () => {
    if (missing) return
    runIn(pair.far, 'nft', ['flush', 'ruleset'])
    runIn(pair.far, 'sysctl', ['-q', '-w', 'net.ipv4.icmp_echo_ignore_all=1'])
    const args = ['netns', 'exec', pair.far, process.execPath, '--no-warnings', RESPONDER]
    responder = spawn('ip', args, {stdio: ['ignore', 'pipe', 'inherit']})
    if (responder.stdout) await once(responder.stdout, 'data')
  })

  afterAll(async () => {
    if (!responder) return
    responder.kill('SIGKILL')
    await once(responder, 'exit')
  })

  it('are counted, and change neither loss nor round trips', async () => {
    const {code, result} = await probeIn(pair.near, [
      'ping',
      '10.99.0.2',
      '-c',
      '4',
      '-i',
      '30ms',
      '--size',
      '100B',
    ])
    expect(code).toBe(0)
    expect(result).toMatchObject({sent: 4, received: 4, loss: 0, duplicates: 4, dup: 1, late: 0, reorder: 0})
  })

  it('are lost when they come after their deadline', async () => {
    const args = ['ping', '10.99.0.2', '-c', '4', '-i', '200ms', '-t', '150ms', '--size', '101B']
    const {code, result} = await probeIn(pair.near, args)
    expect(code).toBe(1)
    expect(result).toMatchObject({received: 0, loss: 1, lost_in_a_row: 4, outage: 800})
    expect(result.late).toBeGreaterThanOrEqual(1)
  })
})
