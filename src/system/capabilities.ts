/** What this machine can do, asked of the machine itself and not guessed from version numbers. */
import {CAPABILITIES, type Capability, type CapabilityReport} from '../core/capabilities.ts'
import {toolPath} from '../core/place-command.ts'
import type {Capabilities, Exec, ExecResult, Host} from '../core/ports.ts'
import {
  type Finding,
  effectiveRights,
  ffi,
  firstLine,
  hasBit,
  isFolder,
  missing,
  mptcp,
  present,
  readText,
  unknown,
  webrtc,
} from './capability-finding.ts'
import {CAPABILITY_TEXTS} from './capability-texts.ts'
import {KILL_TRIAL, KERNEL_TRIALS, PROGRAM_TRIALS, judgeTrials, trialBatch} from './kernel-trials.ts'
import type {KernelTrial, ProgramTrial} from './kernel-trials.ts'

/** Bits of CapEff in /proc/self/status, capability.h. */
const CAP_NET_ADMIN = 12
const CAP_NET_RAW = 13
const CAP_SYS_ADMIN = 21
/** A probe that hangs must not hang the command. Nothing here takes longer than some milliseconds on an idle machine. */
const PATIENCE = 5000

/** Each capability is looked at once per process; qdiscs are tried in a throw-away network namespace, never on the host. */
export function systemCapabilities(exec: Exec, host: Host): Capabilities {
  const known = new Map<Capability, Promise<CapabilityReport>>()
  const look = new Look(exec, host)
  return {
    check: async (capability) => {
      const cached = known.get(capability)
      if (cached) return cached
      const report = look.at(capability).then((finding) => complete(capability, finding))
      known.set(capability, report)
      return report
    },
  }
}

/** Every capability, in the order of the table. */
export async function allCapabilities(capabilities: Capabilities): Promise<readonly CapabilityReport[]> {
  return Promise.all(CAPABILITIES.map(async (capability) => capabilities.check(capability)))
}

function complete(capability: Capability, finding: Finding): CapabilityReport {
  const {why, remedy} = CAPABILITY_TEXTS[capability]
  return {capability, ...finding, why, remedy: finding.status === 'present' ? '' : remedy}
}

/** One look at the machine; what several capabilities need is asked once. */
class Look {
  readonly #exec: Exec
  readonly #host: Host
  #sandbox: Promise<readonly string[] | null> | undefined
  #trials: Promise<ReadonlyMap<KernelTrial, string>> | undefined

  constructor(exec: Exec, host: Host) {
    this.#exec = exec
    this.#host = host
  }

  async at(capability: Capability): Promise<Finding> {
    switch (capability) {
      case 'linux':
        return this.#linux()
          ? present(`kernel ${this.#host.platform.kernel}`)
          : missing(this.#host.platform.os)
      case 'net-admin':
        return this.#right(CAP_NET_ADMIN, 'CAP_NET_ADMIN')
      case 'user-namespaces':
        return this.#unshares(['-U', '-r'])
      case 'network-namespaces':
        return this.#networkNamespaces()
      case 'icmp-datagram':
        return this.#icmpDatagram()
      case 'icmp-raw':
        return this.#icmpRaw()
      case 'ping-program':
        return this.#program('ping', ['-V'])
      case 'ffi':
        return ffi()
      case 'tc':
      case 'ip':
      case 'ss':
        return this.#program(capability, ['-V'])
      case 'nft':
      case 'sysctl':
      case 'faketime':
      case 'prlimit':
        return this.#program(capability, ['--version'])
      case 'conntrack':
      case 'ifb':
      case 'nft-egress':
        return this.#inSandbox(PROGRAM_TRIALS[capability])
      case 'socket-kill':
        return this.#socketKill()
      case 'time-namespaces':
        return this.#unshares(['--time', '--monotonic', '1', '--fork'])
      case 'qdisc-netem':
      case 'qdisc-tbf':
      case 'qdisc-htb':
      case 'qdisc-prio':
      case 'qdisc-ingress':
        return this.#qdisc(capability)
      case 'bonding':
        return this.#bonding()
      case 'ipv6':
        return this.#ipv6()
      case 'clock':
        return this.#clock()
      case 'webrtc':
        return webrtc()
      case 'mptcp':
        return mptcp()
    }
  }

  #linux(): boolean {
    return this.#host.platform.os === 'linux'
  }

  async #right(bit: number, name: string): Promise<Finding> {
    const effective = await effectiveRights()
    if (effective === null) return missing('no /proc/self/status')
    return hasBit(effective, bit) ? present(name) : missing(`no ${name} (uid ${this.#host.uid})`)
  }

  async #run(file: string, args: readonly string[], input?: string): Promise<ExecResult> {
    const env = {PATH: toolPath(this.#host.env('PATH'))}
    return this.#exec.run({file, args, timeout: PATIENCE, env, ...(input === undefined ? {} : {input})})
  }

  async #program(file: string, args: readonly string[]): Promise<Finding> {
    const result = await this.#run(file, args)
    if (result.notFound) return missing(`no program ${file}`)
    if (result.timedOut) return unknown(`${file} did not answer`)
    return present(firstLine(result.stdout) || firstLine(result.stderr) || file)
  }

  async #unshares(flags: readonly string[]): Promise<Finding> {
    if (!this.#linux()) return missing(this.#host.platform.os)
    const result = await this.#run('unshare', [...flags, '--', 'true'])
    if (result.notFound) return unknown('no program unshare')
    if (result.timedOut) return unknown('unshare did not answer')
    return result.exitCode === 0 ? present(`unshare ${flags.join(' ')}`) : missing(firstLine(result.stderr))
  }

  async #networkNamespaces(): Promise<Finding> {
    const sandbox = await this.#unshareFlags()
    if (sandbox) return present(`unshare ${sandbox.join(' ')}`)
    return missing('neither root nor a user namespace may make one')
  }

  /** The flags with which a throw-away network namespace can be had; null when none can. */
  async #unshareFlags(): Promise<readonly string[] | null> {
    this.#sandbox ??= (async () => {
      const rights = await effectiveRights()
      const direct = rights !== null && hasBit(rights, CAP_SYS_ADMIN)
      const ways = direct ? [['-n'], ['-U', '-r', '-n']] : [['-U', '-r', '-n']]
      for (const way of ways) {
        if ((await this.#unshares(way)).status === 'present') return way
      }
      return null
    })()
    return this.#sandbox
  }

  async #qdisc(trial: KernelTrial): Promise<Finding> {
    this.#trials ??= this.#tryQdiscs()
    const answer = (await this.#trials).get(trial)
    if (answer === undefined) return unknown('could not be tried in a namespace')
    return answer === '' ? present('the kernel takes it') : missing(answer)
  }

  async #tryQdiscs(): Promise<ReadonlyMap<KernelTrial, string>> {
    const tc = await this.#program('tc', ['-V'])
    if (tc.status === 'missing') return new Map(KERNEL_TRIALS.map((trial) => [trial, tc.found]))
    const sandbox = await this.#unshareFlags()
    if (!sandbox) return new Map()
    const result = await this.#run('unshare', [...sandbox, '--', 'tc', '-force', '-batch', '-'], trialBatch())
    return result.timedOut ? new Map() : judgeTrials(result.stderr)
  }

  /** Whether a program that asks the kernel for something gets it, in a throw-away namespace. */
  async #inSandbox([file, ...args]: ProgramTrial): Promise<Finding> {
    const sandbox = await this.#unshareFlags()
    if (!sandbox) return unknown('could not be tried in a namespace')
    const result = await this.#run('unshare', [...sandbox, '--', file, ...args])
    if (result.timedOut) return unknown(`${file} did not answer`)
    return result.exitCode === 0 ? present('the kernel takes it') : missing(firstLine(result.stderr))
  }

  /** Trying it where the module isn't loaded would load it, which makes a bond of nothing in the host's own namespace. */
  async #bonding(): Promise<Finding> {
    if (!(await isFolder('/proc/net/bonding'))) return missing('the kernel has no bonding loaded')
    return this.#inSandbox(PROGRAM_TRIALS.bonding)
  }

  /** A listener of ours in a throw-away namespace is there or not, after ss has ended it: ss itself reports neither. */
  async #socketKill(): Promise<Finding> {
    const sandbox = await this.#unshareFlags()
    if (!sandbox) return unknown('could not be tried in a namespace')
    const result = await this.#run('unshare', [...sandbox, '--', process.execPath, '-e', KILL_TRIAL])
    if (result.timedOut || result.exitCode !== 0) return unknown('could not be tried')
    return result.stdout.trim() === ''
      ? present('the kernel takes it')
      : missing('the kernel leaves sockets alone')
  }

  async #icmpDatagram(): Promise<Finding> {
    const range = await readText('/proc/sys/net/ipv4/ping_group_range')
    if (range === null) return missing('no ping_group_range')
    const [low = 1, high = 0] = range.trim().split(/\s+/).map(Number)
    const groups = [process.getegid?.() ?? -1, ...(process.getgroups?.() ?? [])]
    const text = `ping_group_range ${low} ${high}`
    if (!groups.some((group) => group >= low && group <= high))
      return missing(`${text} leaves out our groups`)
    const library = await ffi()
    return library.status === 'present' ? present(text) : missing(`${text}, but no FFI`)
  }

  async #icmpRaw(): Promise<Finding> {
    const right = await this.#right(CAP_NET_RAW, 'CAP_NET_RAW')
    if (right.status !== 'present') return right
    const library = await ffi()
    return library.status === 'present' ? right : missing('CAP_NET_RAW, but no FFI')
  }

  async #ipv6(): Promise<Finding> {
    const addresses = await readText('/proc/net/if_inet6')
    if (addresses === null) return missing('no IPv6 in the kernel')
    const count = addresses.split('\n').filter((line) => line.trim() !== '').length
    return count > 0
      ? present(`${count} ${count === 1 ? 'address' : 'addresses'}`)
      : missing('no IPv6 address')
  }

  async #clock(): Promise<Finding> {
    const name = (await readText('/sys/devices/system/clocksource/clocksource0/current_clocksource'))?.trim()
    if (name === undefined) return unknown('no clock source named')
    return name === 'jiffies' ? missing('clock source jiffies') : present(`clock source ${name}`)
  }
}
