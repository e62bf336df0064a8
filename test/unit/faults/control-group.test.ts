import {describe, expect, it} from 'vitest'
import {isUserError} from '../../../src/core/errors.ts'
import type {Files, Host} from '../../../src/core/ports.ts'
import {findControlGroup} from '../../../src/faults/find-control-group.ts'
import {limitLeftovers, readLimitTrace} from '../../../src/faults/process-limits.ts'

const OWN = 4000
const ROOT = '/sys/fs/cgroup'

/** netdrill is process 4000, started by the first one; it lives in /user.slice/shell. */
const PROCESSES: Readonly<Record<string, string>> = {
  [`/proc/${OWN}/stat`]: `${OWN} (node) S 1 ${'0 '.repeat(17)}99`,
  [`/proc/${OWN}/cgroup`]: '0::/user.slice/shell\n',
  '/proc/1/stat': `1 (init) S 0 ${'0 '.repeat(17)}1`,
  '/proc/1/cgroup': '0::/init.scope\n',
}

function groupAt(folder: string, files: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const named = Object.entries(files).map(([name, text]) => [`${folder}/${name}`, text] as const)
  return {[`${folder}/cgroup.procs`]: '', ...Object.fromEntries(named)}
}

function machine(more: Readonly<Record<string, string>>) {
  const all: Readonly<Record<string, string>> = {...PROCESSES, ...more}
  const files: Pick<Files, 'readText' | 'list'> = {
    readText: async (path) => all[path] ?? null,
    list: async () => [],
  }
  return {files, host: {pid: OWN} as unknown as Host}
}

async function refusal(name: string, more: Readonly<Record<string, string>>): Promise<readonly unknown[]> {
  const error = await findControlGroup(name, machine(more)).catch((caught: unknown) => caught)
  return isUserError(error) ? [error.problems[0]?.code, error.exit] : [error]
}

describe('the control group of a fault', () => {
  it.each([
    ['where there is nothing but v2', ROOT],
    ['where the tree of v2 hangs below that of v1', `${ROOT}/unified`],
  ])('is found with its limit and what it uses, %s', async (_, root) => {
    const folder = `${root}/system.slice/web.service`
    const there = groupAt(folder, {'memory.max': 'max\n', 'memory.current': '52428800\n'})
    expect(await findControlGroup('system.slice/web.service', machine(there))).toEqual({
      name: '/system.slice/web.service',
      folder,
      before: 'max',
      used: 52_428_800,
    })
  })

  it.each<[string, string, Readonly<Record<string, string>>, readonly unknown[]]>([
    ['that is not there', '/web', {}, ['USAGE_INVALID', 2]],
    ['without the memory controller', '/web', groupAt(`${ROOT}/web`, {}), ['CAPABILITY_MISSING', 6]],
    ['that netdrill lives in', '/user.slice/shell', {}, ['FAULT_LOCKOUT', 7]],
    ['that holds the one netdrill lives in', '/user.slice', {}, ['FAULT_LOCKOUT', 7]],
    ['of the first process', 'init.scope', {}, ['FAULT_LOCKOUT', 7]],
    ['whose name only begins like that of netdrill', '/user.sl', {}, ['USAGE_INVALID', 2]],
  ])('%s is told apart', async (_, name, more, expected) => {
    expect(await refusal(name, more)).toEqual(expected)
  })

  it('is seen in force, as it was, and gone', async () => {
    const path = `${ROOT}/web/memory.max`
    const trace = {type: 'group-limit', path, before: 'max', during: '65536'} as const
    const says = (text: string) => machine({[path]: `${text}\n`}).files
    expect(await readLimitTrace(says('65536'), trace)).toEqual({asAsked: true, text: `${path} says 65536`})
    expect(await readLimitTrace(says('max'), trace)).toMatchObject({asAsked: false})
    expect(await limitLeftovers(says('max'), trace)).toEqual([])
    expect(await limitLeftovers(says('65536'), trace)).toEqual([`${path} says 65536, and said max`])
    expect(await limitLeftovers(machine({}).files, trace)).toEqual([])
  })
})
