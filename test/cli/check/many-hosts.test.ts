import {mkdtemp, rm, writeFile, chmod} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, beforeAll, expect, it} from 'vitest'
import type {CheckResult} from '../../../src/core/check-result.ts'
import {type ProgramOptions, requireBundle, runProgram} from '../../support/program.ts'

const HOSTS = 500
const NOBODY = 65_534
let folder: string
let file: string

beforeAll(async () => {
  requireBundle()
  folder = await mkdtemp(join(tmpdir(), 'many-'))
  await chmod(folder, 0o755)
  file = join(folder, 'net.yaml')
  const hosts = Array.from(
    {length: HOSTS},
    (_, index) => `127.0.${1 + Math.floor(index / 250)}.${1 + (index % 250)}`,
  )
  const targets = hosts.map((host, index) => `  h${index}: "ping://${host}"`)
  await writeFile(file, `${['version: 1', 'defaults: {timeout: 10s}', 'targets:', ...targets].join('\n')}\n`)
})

afterAll(async () => rm(folder, {recursive: true, force: true}))

/** How the hosts of a passed check were pinged. */
async function methodsOf(options: ProgramOptions): Promise<readonly (string | null)[]> {
  const {code, stdout} = await runProgram(['check', file, '--json'], options)
  expect(code).toBe(0)
  const {targets} = JSON.parse(stdout) as CheckResult
  expect(targets).toHaveLength(HOSTS)
  return [...new Set(targets.map(({result}) => result.method))]
}

it('pings many hosts in one go', async () => {
  expect(await methodsOf({})).toHaveLength(1)
})

it('pings as many where this user may open no socket for it', async (ctx) => {
  if (process.geteuid?.() !== 0) ctx.skip('needs root to become another user')
  const methods = await methodsOf({uid: NOBODY, env: {HOME: folder}})
  // A machine may allow the datagram socket to everybody.
  expect(methods).toEqual([expect.stringMatching(/^(ping program|icmp datagram socket)$/)])
})
