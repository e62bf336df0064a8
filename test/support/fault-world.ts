/** Ports for the fault engine without a machine: simulated kernel, files in memory, a clock that is told the time. */
import type {Capability} from '../../src/core/capabilities.ts'
import type {PrivateSockets} from '../../src/core/kept-links.ts'
import type {Files, GuardLink, Host} from '../../src/core/ports.ts'
import type {FaultPorts} from '../../src/faults/engine.ts'
import type {FaultRequest, FaultSpec} from '../../src/faults/fault.ts'
import {loadFault} from '../../src/faults/registry.ts'
import {HOST} from '../../src/core/place.ts'
import {FakeClock} from './fake-clock.ts'
import {SimulatedKernel} from './simulated-kernel.ts'

export interface FaultWorld {
  readonly kernel: SimulatedKernel
  readonly clock: FakeClock
  readonly files: Map<string, string>
  readonly guardWords: string[]
  readonly ports: FaultPorts
}

export interface WorldOptions {
  readonly missing?: readonly Capability[]
  readonly env?: Readonly<Record<string, string>>
  readonly kernel?: SimulatedKernel
  readonly sockets?: PrivateSockets
}

const NO_SOCKETS: PrivateSockets = {
  serve: async () => {
    throw new Error('not needed')
  },
  ask: async () => {
    throw new Error('nobody is there')
  },
}

const OWN_PID = 100
export const GUARD_PID = 200

export function makeFaultWorld(options: WorldOptions = {}): FaultWorld {
  const kernel = options.kernel ?? new SimulatedKernel()
  const clock = new FakeClock()
  const files = new Map<string, string>([
    [`/proc/${OWN_PID}/stat`, statOf(OWN_PID)],
    [`/proc/${GUARD_PID}/stat`, statOf(GUARD_PID)],
    ['/proc/sys/kernel/random/boot_id', 'boot-1\n'],
  ])
  const guardWords: string[] = []
  const guard: GuardLink = {
    pid: GUARD_PID,
    look: () => void guardWords.push('look'),
    detach: () => void guardWords.push('detach'),
    release: () => void guardWords.push('release'),
  }
  const missing = options.missing ?? []
  const ports: FaultPorts = {
    clock,
    exec: kernel,
    files: memoryFiles(files),
    host: makeHost(options.env ?? {}),
    capabilities: {
      check: async (capability) => ({
        capability,
        status: missing.includes(capability) ? 'missing' : 'present',
        found: capability === 'tc' ? 'iproute2-6.1.0' : 'seen',
        why: '',
        remedy: '',
      }),
    },
    resolver: {
      lookup: async () => [],
      configuration: async () => ({servers: ['10.0.0.53'], search: [], ndots: 1}),
    },
    locks: makeLocks(),
    guards: {start: async () => guard},
    sockets: options.sockets ?? NO_SOCKETS,
  }
  return {kernel, clock, files, guardWords, ports}
}

function makeHost(env: Readonly<Record<string, string>>): Host {
  return {
    env: (name) => env[name],
    uid: 0,
    pid: OWN_PID,
    stateFolder: '/state',
    runtimeFolder: '/run',
    platform: {os: 'linux', kernel: '6.1.0', node: 'v24', arch: 'x64'},
  }
}

/** One holder of each at a time, in the order of asking. */
function makeLocks(): FaultPorts['locks'] {
  const last = new Map<string, Promise<void>>()
  return {
    hold: async (name) => {
      const before = last.get(name)
      let release = (): void => {}
      last.set(name, new Promise((resolve) => (release = resolve)))
      await before
      return async () => release()
    },
  }
}

/** As in proc(5): the start time is field 22. */
export function statOf(pid: number, start = 7): string {
  return `${pid} (a name) of its own) S ${Array.from({length: 18}, () => '0').join(' ')} ${start} 0 0`
}

function memoryFiles(files: Map<string, string>): Files {
  return {
    readText: async (path) => files.get(path) ?? null,
    writePrivate: async (path, text) => void files.set(path, text),
    openAppend: async () => {
      throw new Error('not needed')
    },
    remove: async (path) => void files.delete(path),
    list: async (folder) =>
      [...files.keys()].flatMap((path) =>
        path.startsWith(`${folder}/`) ? [path.slice(folder.length + 1)] : [],
      ),
  }
}

/** A request on this machine, validated as a document would be. */
export async function makeRequest(
  id: string,
  words: {readonly kind: string} & Readonly<Record<string, unknown>>,
  more: Partial<FaultRequest> = {},
): Promise<FaultRequest> {
  const kind = await loadFault(words.kind)
  return {
    id,
    name: id,
    spec: kind.schema.parse(words) as FaultSpec,
    binding: {place: HOST, device: null, proxy: null},
    lasts: 10_000,
    allow: {broad: false, lockout: false},
    ...more,
  }
}
