import {chownSync, mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {beforeEach, describe, expect, it} from 'vitest'
import {CAPABILITIES} from '../../../src/core/capabilities.ts'
import {FAULTS} from '../../../src/faults/registry.ts'
import {requireBundle, runProgram} from '../../support/program.ts'

interface Report {
  readonly schema: string
  readonly capabilities: readonly {
    readonly capability: string
    readonly status: string
    readonly why: string
    readonly remedy: string
  }[]
  readonly faults: readonly {readonly name: string; readonly works: boolean; readonly how: string}[]
  readonly drills: readonly {readonly name: string; readonly works: boolean}[]
}

async function doctor(options: Parameters<typeof runProgram>[1] = {}): Promise<Report> {
  const {code, stdout, stderr} = await runProgram(['doctor', '--json'], options)
  expect({code, stderr}).toEqual({code: 0, stderr: ''})
  return JSON.parse(stdout) as Report
}

beforeEach(requireBundle)

describe('doctor', () => {
  it('reports every capability, why it matters, and the remedy of those that are not there', async () => {
    const {schema, capabilities} = await doctor()
    expect(schema).toBe('netdrill/doctor/1')
    expect(capabilities.map(({capability}) => capability)).toEqual([...CAPABILITIES])
    for (const {status, why, remedy} of capabilities) {
      expect(why).not.toBe('')
      expect(remedy === '').toBe(status === 'present')
    }
  })

  it('says which faults and drills work here', async () => {
    const {faults, drills} = await doctor()
    const named = faults.flatMap(({name}) => name.split(', ')).map((name) => name.replace(/ \(.*/, ''))
    // What netem does has a name of its own each.
    expect(named).toEqual(expect.arrayContaining(Object.keys(FAULTS).filter((kind) => kind !== 'netem')))
    expect(faults.find(({name}) => name.startsWith('proxy'))).toMatchObject({works: true})
    expect(drills.find(({name}) => name === 'demo')).toMatchObject({works: true})
    const {stdout} = await runProgram(['drill', 'list', '--json'])
    const listed = JSON.parse(stdout) as {
      readonly drills: readonly {readonly name: string; readonly runs: boolean}[]
    }
    const runs = listed.drills.map(({name, runs: works}) => ({name, works}))
    expect(drills.map(({name, works}) => ({name, works}))).toEqual(runs)
  })

  it('works with an empty PATH', async () => {
    const report = await doctor({env: {PATH: ''}})
    expect(report.capabilities).toHaveLength(CAPABILITIES.length)
  })

  it.skipIf(process.getuid?.() !== 0)('works without rights, and says that they are missing', async () => {
    const home = mkdtempSync(join(tmpdir(), 'netdrill-doctor-'))
    chownSync(home, 65_534, 65_534)
    const report = await doctor({uid: 65_534, env: {HOME: home}})
    rmSync(home, {recursive: true})
    const right = report.capabilities.find(({capability}) => capability === 'net-admin')
    expect(right).toMatchObject({status: 'missing'})
  })

  it('shows a table without --json', async () => {
    const {code, stdout} = await runProgram(['doctor'])
    expect(code).toBe(0)
    expect(stdout).toMatch(/^linux +(ok|missing)/m)
    expect(stdout).toContain('bundled drills:')
  })
})
