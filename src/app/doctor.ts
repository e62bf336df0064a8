/** What this machine can do: every capability, and what that means for faults, labs and drills. */
import type {Capability, CapabilityReport} from '../core/capabilities.ts'
import type {Ports} from '../core/ports.ts'
import {KERNEL_NEEDS, SHAPING_NEEDS, nearestGap} from '../faults/choose-backend.ts'
import {FLOW_NEEDS} from '../faults/flows.ts'
import {IP_NEEDS} from '../faults/plan-by-ip.ts'
import type {DoctorView, FeatureView} from '../reporters/doctor-view.ts'
import {allCapabilities} from '../system/capabilities.ts'
import {listDrills} from './list-drills.ts'

type Reports = (capability: Capability) => CapabilityReport
type DoctorPorts = Pick<Ports, 'capabilities' | 'host'>

export async function examine(ports: DoctorPorts): Promise<DoctorView> {
  const capabilities = await allCapabilities(ports.capabilities)
  const byName = new Map(capabilities.map((report) => [report.capability, report]))
  const reports: Reports = (capability) => {
    const report = byName.get(capability)
    if (!report) throw new TypeError(`no report about ${capability}`)
    return report
  }
  const {kernel, node, arch, os} = ports.host.platform
  return {
    platform: `${os} ${kernel} ${arch}, Node ${node}, uid ${ports.host.uid}`,
    capabilities,
    faults: faultFeatures(reports),
    labs: labFeatures(reports),
    drills: await drillFeatures(ports),
  }
}

interface FaultWay {
  readonly name: string
  readonly sets: readonly (readonly Capability[])[]
  readonly backend: string
  /** Whether the userspace proxy can do it instead. */
  readonly proxy: boolean
  /** netdrill can do it on the links of its labs, which it then carries itself. */
  readonly carried?: true
}

const shapingWith = (qdisc: Capability): FaultWay['sets'] => SHAPING_NEEDS.map((needs) => [...needs, qdisc])

const FAULT_WAYS: readonly FaultWay[] = [
  {name: 'delay, jitter', sets: shapingWith('qdisc-netem'), backend: 'netem', proxy: true, carried: true},
  {
    name: 'loss, duplicate, corrupt, reorder',
    sets: shapingWith('qdisc-netem'),
    backend: 'netem',
    proxy: false,
    carried: true,
  },
  {name: 'rate', sets: shapingWith('qdisc-tbf'), backend: 'tbf', proxy: true},
  {name: 'rate (htb)', sets: shapingWith('qdisc-htb'), backend: 'htb', proxy: true},
  {name: 'partition', sets: [KERNEL_NEEDS], backend: 'nft', proxy: true},
  {name: 'connection-limit, mtu, mptcp', sets: [KERNEL_NEEDS], backend: 'nft', proxy: false},
  {name: 'link, address, route, neighbour', sets: [IP_NEEDS], backend: 'ip', proxy: false},
  {name: 'delay, loss, rate of what arrives', sets: shapingWith('ifb'), backend: 'ifb', proxy: true},
  {name: 'socket-kill', sets: [['linux', 'net-admin', 'ss', 'socket-kill']], backend: 'ss', proxy: false},
  {name: 'conntrack', sets: [FLOW_NEEDS], backend: 'conntrack', proxy: false},
  {name: 'nat-rebind', sets: [[...KERNEL_NEEDS, ...FLOW_NEEDS]], backend: 'nft and conntrack', proxy: false},
  {name: 'ephemeral-ports', sets: [['linux', 'net-admin', 'sysctl']], backend: 'sysctl', proxy: false},
  {name: 'port, idle-connections', sets: [['linux']], backend: 'a process of netdrill', proxy: false},
  {name: 'process', sets: [['linux']], backend: 'signals', proxy: false},
  {name: 'files, memory', sets: [['linux', 'prlimit']], backend: 'prlimit', proxy: false},
  {name: 'clock (time of day)', sets: [['linux', 'faketime']], backend: 'libfaketime', proxy: false},
  {
    name: 'clock (since boot)',
    sets: [['linux', 'time-namespaces']],
    backend: 'a time namespace',
    proxy: false,
  },
  {
    name: 'proxy, dns-front, tls-front, http-front, websocket-front',
    sets: [[]],
    backend: 'the userspace proxy',
    proxy: false,
  },
]

/** What links need that netdrill carries itself. */
const CARRIER_NEEDS: readonly Capability[] = ['linux', 'network-namespaces', 'ip', 'ffi']

function faultFeatures(reports: Reports): readonly FeatureView[] {
  const carrying = nearestGap(reports, [CARRIER_NEEDS]).length === 0
  return FAULT_WAYS.map(({name, sets, backend, proxy, carried}) => {
    const onHost = nearestGap(reports, sets)
    if (onHost.length === 0) return {name, works: true, how: `by ${backend}`}
    const inLab = nearestGap(labReports(reports), sets)
    if (inLab.length === 0)
      return {
        name,
        works: true,
        how: `by ${backend}, inside a lab; not on this machine itself (${names(onHost)})`,
      }
    const without = `without ${names(onHost)}`
    if (carried && carrying) {
      const outside = proxy ? '; elsewhere by the userspace proxy only' : '; not elsewhere'
      return {name, works: true, how: `in a lab, on links that netdrill carries itself${outside}, ${without}`}
    }
    return {name, works: proxy, how: proxy ? `by the userspace proxy only, ${without}` : without}
  })
}

/** Inside a lab's own user namespace everybody has the rights. */
function labReports(reports: Reports): Reports {
  const namespaces = ['user-namespaces', 'network-namespaces'] as const
  const rootless = namespaces.every((name) => reports(name).status === 'present')
  return (capability) => {
    const report = reports(capability)
    return capability === 'net-admin' && rootless ? {...report, status: 'present'} : report
  }
}

function labFeatures(reports: Reports): readonly FeatureView[] {
  const gap = nearestGap(reports, [['linux', 'network-namespaces', 'ip']])
  const isolated = gap.length === 0
  const root = reports('net-admin').status === 'present'
  return [
    {
      name: 'namespaces',
      works: isolated,
      how: isolated ? (root ? 'as root' : 'rootless, in a user namespace') : `without ${names(gap)}`,
    },
    {name: 'loopback', works: true, how: 'servers on 127.0.0.1, faults by the userspace proxy'},
  ]
}

async function drillFeatures(ports: DoctorPorts): Promise<readonly FeatureView[]> {
  return (await listDrills(ports)).map(({name, runs, impairs, missing}) => {
    const lacks = missing.map(({capability, found}) => `${capability}: ${found}`).join('; ')
    const how = impairs === 'netdrill' ? 'on links that netdrill carries itself' : 'as it is'
    return {name, works: runs, how: runs ? how : `missing ${lacks}`}
  })
}

function names(reports: readonly CapabilityReport[]): string {
  return [...new Set(reports.map(({capability}) => capability))].join(', ')
}
