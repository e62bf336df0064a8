/** Documents with every kind of probe, with hundreds of targets, and with groups, as users run them. */
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import type {CheckResult} from '../../../src/core/check-result.ts'
import {type CheckServers, mixedUrls, openCheckServers} from '../../../tools/bench/check-servers.ts'
import {requireBundle, runProgram} from '../../support/program.ts'

const folder = mkdtempSync(join(tmpdir(), 'netdrill-mixed-'))
let servers: CheckServers
beforeAll(async () => {
  requireBundle()
  servers = await openCheckServers(folder)
})
afterAll(() => {
  servers.close()
  rmSync(folder, {recursive: true})
})

async function check(document: string, ...flags: readonly string[]) {
  writeFileSync(join(folder, 'n.yaml'), `version: 1\n${document}`)
  const {code, stdout, stderr} = await runProgram(['check', 'n.yaml', ...flags], {cwd: folder})
  return {code, stdout, stderr}
}

function targets(size: number): string {
  const lines = mixedUrls(size, servers).map((url, index) => {
    const ca = url.startsWith('tls:') ? ', ca: ca.pem' : ''
    return `  t${index}: {url: "${url}"${ca}, expect: ["ok == true", "loss == 0%"]}\n`
  })
  return `targets:\n${lines.join('')}`
}

describe('check of a mixed document', () => {
  it.each([30, 300])(
    'gives one verdict over %i targets in their order, each measured by its kind',
    async (size) => {
      const {code, stdout, stderr} = await check(targets(size), '--json')
      const result = JSON.parse(stdout) as CheckResult
      expect({code, stderr, counts: result.counts}).toMatchObject({
        code: 0,
        stderr: '',
        counts: {targets: size, passed: size, failed: 0},
      })
      expect(result.targets.map(({name}) => name)).toEqual(
        Array.from({length: size}, (_, index) => `t${index}`),
      )
      expect(result.targets.slice(0, 5).map(({kind}) => kind)).toEqual(['tcp', 'tls', 'http', 'dns', 'ping'])
      expect(result.targets.filter(({result: {rtt}}) => rtt === null)).toEqual([])
    },
  )
})

describe('check of a group', () => {
  const document = (needed: number): string => {
    const [up = 0] = servers.tcp
    return `targets:
  n1: tcp://127.0.0.1:${up}
  n2: {url: "tcp://127.0.0.1:${up}", expect: closed}
  n3: tcp://127.0.0.1:${up}
groups:
  boot: {mode: quorum, members: [n1, n2, n3], min_healthy: ${needed}}
`
  }

  it.each([
    [
      2,
      0,
      /✗ down +n2 [^]*✓ pass +boot +2 of 3 passed, 2 needed[^]*PASS +2 of 3 targets passed, 1 down inside groups/,
    ],
    [3, 1, /✗ down +n2 [^]*✗ FAIL +boot +EXPECT_MISMATCH: 2 of 3 passed, 3 needed[^]*FAIL /],
  ])('needs %i of three, of which one is down: exit code %i', async (needed, exit, shown) => {
    const {code, stdout} = await check(document(needed))
    expect(code).toBe(exit)
    expect(stdout).toMatch(shown)
  })

  it('is not waited for once it holds', async () => {
    const {code, stdout} = await check(document(2), '--wait', '60s', '--json')
    const {duration, counts} = JSON.parse(stdout) as CheckResult
    expect({code, down: counts.down}).toEqual({code: 0, down: 1})
    expect(duration).toBeLessThan(30_000)
  })

  it('leaves its targets to themselves when only a part of them is chosen', async () => {
    const {code, stdout} = await check(document(2), '--only', 'n2')
    expect(code).toBe(1)
    expect(stdout).toMatch(/FAIL +n2/)
  })

  it('is in the stream of events', async () => {
    const {stdout} = await check(document(2), '--jsonl')
    expect(stdout).toContain('"type":"expectation","text":"boot: 2 of 3 pass","met":true,"actual":"2 passed"')
  })
})
