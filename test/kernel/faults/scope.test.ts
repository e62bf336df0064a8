/** Whom a fault hits: families, users, control groups, and the namespaces of processes and containers. */
import {type ChildProcess, execFileSync, spawn} from 'node:child_process'
import {chmodSync, mkdirSync, mkdtempSync, rmSync, rmdirSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, it} from 'vitest'
import {isUserError} from '../../../src/core/errors.ts'
import {HOST} from '../../../src/core/place.ts'
import {openFaultEngine} from '../../../src/faults/engine.ts'
import type {FaultSpec} from '../../../src/faults/fault.ts'
import {loadFault} from '../../../src/faults/registry.ts'
import {FAR4, FAR6, FaultRig} from '../../support/fault-rig.ts'
import {namespacesMissing} from '../../support/namespaces.ts'

const reason = namespacesMissing()
const WORKER = fileURLToPath(new URL('./net-worker.ts', import.meta.url))
const NOBODY = 65_534
let rig: FaultRig
let sleeper: ChildProcess

beforeAll(async () => {
  if (reason !== null) return
  rig = new FaultRig()
  sleeper = spawn('ip', ['netns', 'exec', rig.pair.near, 'sleep', '600'], {stdio: 'ignore'})
})
beforeEach(async (context) => {
  if (reason !== null) return context.skip(reason)
  await rig.listen(7001)
})
afterEach(async () => {
  if (reason === null) await rig.clear()
})
afterAll(async () => {
  if (reason !== null) return
  sleeper.kill('SIGKILL')
  await rig.close()
})

/** A connection by a program started so. */
function connectBy(starter: readonly string[], host: string): string {
  const order = JSON.stringify({host, port: 7001, timeout: 700})
  const words = [...starter, process.execPath, '--no-warnings', WORKER, 'connect', order]
  // `ip netns exec` would hide the control groups.
  const net = `--net=/run/netns/${rig.pair.near}`
  return JSON.parse(execFileSync('nsenter', [net, '--', ...words], {encoding: 'utf8'})) as string
}

describe('a family', () => {
  it('is hit alone, whatever the destinations', async () => {
    const fault = await rig.apply({kind: 'partition', mode: 'reject', scope: {family: 'ipv6', port: 7001}})
    expect(fault.asAsked, fault.readback).toBe(true)
    expect([await rig.connect(FAR4, 7001), await rig.connect(FAR6, 7001)]).toEqual([
      'connected',
      'ECONNREFUSED',
    ])
  })
})

describe('a user', () => {
  it('is cut off alone', async () => {
    const asNobody = ['setpriv', `--reuid=${NOBODY}`, '--clear-groups']
    const fault = await rig.apply({kind: 'partition', mode: 'reject', scope: {to: FAR4, uid: NOBODY}})
    expect(fault.asAsked, fault.readback).toBe(true)
    expect([connectBy(asNobody, FAR4), connectBy([], FAR4)]).toEqual(['ECONNREFUSED', 'connected'])
    expect((await fault.counters())?.affected).toBeGreaterThan(0)
  })
})

/** A control group of its own, in whichever tree of v2 there is; null where none can be made. */
function makeGroup(): {readonly name: string; readonly folder: string} | null {
  for (const root of ['/sys/fs/cgroup/unified', '/sys/fs/cgroup']) {
    const name = `netdrill-test-${process.pid}`
    try {
      if (execFileSync('stat', ['-f', '-c', '%T', root], {encoding: 'utf8'}).trim() !== 'cgroup2fs') continue
      mkdirSync(join(root, name))
      return {name, folder: join(root, name)}
    } catch {
      continue
    }
  }
  return null
}

describe('a control group', () => {
  it('is cut off alone', async (context) => {
    const group = makeGroup()
    if (group === null) return context.skip('no control group of v2 can be made here')
    try {
      const fault = await rig.apply({
        kind: 'partition',
        mode: 'reject',
        scope: {to: FAR4, cgroup: `/${group.name}`},
      })
      expect(fault.asAsked, fault.readback).toBe(true)
      const inGroup = ['sh', '-c', `echo $$ > ${group.folder}/cgroup.procs; exec "$@"`, 'sh']
      expect([connectBy(inGroup, FAR4), connectBy([], FAR4)]).toEqual(['ECONNREFUSED', 'connected'])
      expect(await fault.remove()).toMatchObject({restored: true})
    } finally {
      rmdirSync(group.folder)
    }
  })

  it('that is not there is a mistake in the request', async () => {
    const scope = {to: FAR4, cgroup: '/no/such.group'}
    const error = await rig.apply({kind: 'partition', scope}).catch((caught: unknown) => caught)
    expect(isUserError(error) && error.message).toContain('there is no control group /no/such.group')
  })
})

let engines = 0

/** A fault asked for on this machine, whose scope says where it acts. */
async function applyHere(
  scope: FaultSpec['scope'],
): Promise<{readonly place: string; readonly undo: () => Promise<object>}> {
  const binding = {place: HOST, device: null, proxy: null}
  const spec = (await loadFault('partition')).schema.parse({
    kind: 'partition',
    mode: 'reject',
    scope,
  }) as FaultSpec
  const allow = {broad: false, lockout: false}
  // An engine of its own: it looks up programs in the PATH of now.
  const engine = openFaultEngine(rig.ports, {run: `here-${++engines}`})
  const plan = await engine.plan({
    id: 'here',
    name: 'here',
    spec,
    binding,
    lasts: 20_000,
    allow,
  })
  const fault = await engine.apply(plan, binding)
  const undo = async (): Promise<object> => {
    const result = await fault.remove()
    await engine.close()
    return result
  }
  return {place: fault.plan.place.kind, undo}
}

describe('the namespace of a process', () => {
  it('is where the fault acts, and nowhere else', async () => {
    const fault = await applyHere({to: FAR4, pid: sleeper.pid})
    expect(fault.place).toBe('process')
    expect(await rig.connect(FAR4, 7001)).toBe('ECONNREFUSED')
    expect(await fault.undo()).toMatchObject({restored: true, differences: []})
    expect(await rig.connect(FAR4, 7001)).toBe('connected')
  })

  it('that is gone is a mistake in the request', async () => {
    const error = await applyHere({to: FAR4, pid: 4_194_303}).catch((caught: unknown) => caught)
    expect(isUserError(error) && error.message).toContain('there is no process 4194303')
  })

  it('wants a destination, as this machine does', async () => {
    const error = await applyHere({pid: sleeper.pid}).catch((caught: unknown) => caught)
    expect(isUserError(error) && error.problems[0]?.code).toBe('FAULT_BROAD_SCOPE')
  })
})

describe('a container', () => {
  const path = process.env['PATH'] ?? ''
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'netdrill-fake-docker-'))
    process.env['PATH'] = `${folder}:${path}`
  })
  afterEach(() => {
    process.env['PATH'] = path
    rmSync(folder, {recursive: true})
  })

  /** An engine that knows one container; all it is asked is in the file `asked`. */
  function fakeDocker(pid: number): void {
    const script = [
      '#!/bin/sh',
      `echo "$*" >> ${folder}/asked`,
      `[ "$6" = web ] && { echo ${pid}; exit 0; }`,
      'echo "Error: No such container: $6" >&2; exit 1',
    ]
    for (const name of ['docker', 'podman']) {
      writeFileSync(join(folder, name), `${script.join('\n')}\n`)
      chmodSync(join(folder, name), 0o755)
    }
  }

  it('is found by its first process', async () => {
    fakeDocker(sleeper.pid ?? 0)
    const fault = await applyHere({to: FAR4, container: 'web'})
    expect(await rig.connect(FAR4, 7001)).toBe('ECONNREFUSED')
    expect(await fault.undo()).toMatchObject({restored: true})
  })

  it.each([
    ['other', 1, 'there is no container other'],
    ['web', 0, 'the container web does not run'],
  ])('%s with the process %i is a mistake in the request', async (container, pid, message) => {
    fakeDocker(pid)
    const error = await applyHere({to: FAR4, container}).catch((caught: unknown) => caught)
    expect(isUserError(error) && error.message).toContain(message)
  })
})
