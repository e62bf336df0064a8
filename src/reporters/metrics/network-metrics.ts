/** Series of the own network of a watch: links of targets, modes and subflows of multipath connections. */
import type {RunEvent} from '../../core/events.ts'
import type {MptcpFacts} from '../../core/facts.ts'
import {type BondMember, type InterfaceFacts, MPTCP_MODES} from '../../core/network-events.ts'
import type {MetricSink} from '../../core/metrics.ts'
import type {Outcome} from '../../core/outcome.ts'
import type {MetricName} from './definitions.ts'

export class NetworkMetrics {
  readonly #sink: MetricSink
  /** Those that were told of. */
  readonly #bonds = new Set<string>()

  constructor(sink: MetricSink) {
    this.#sink = sink
  }

  add(event: RunEvent): void {
    switch (event.type) {
      case 'network-changed':
        this.#sink.add(name('netdrill_network_changes_total'), 1, {
          device: event.device ?? '',
          what: event.what,
        })
        return
      case 'link-lost':
      case 'link-restored':
        this.#sink.set(name('netdrill_link_usable'), event.type === 'link-lost' ? 0 : 1, {
          target: event.target,
        })
        return
      case 'interface-seen':
        this.#interface(event.interface)
        return
      case 'interface-warning':
        this.#sink.set(name('netdrill_interface_warning'), event.active ? 1 : 0, {device: event.device})
        return
      case 'bond-switched':
        // How it is at the start is no change, and makes the series.
        this.#sink.add(name('netdrill_bond_switches_total'), this.#bonds.has(event.device) ? 1 : 0, {
          device: event.device,
        })
        this.#bonds.add(event.device)
        return
      case 'mptcp-changed':
        for (const mode of MPTCP_MODES)
          this.#sink.set(name('netdrill_mptcp_mode'), mode === event.to ? 1 : 0, {target: event.target, mode})
        this.#sink.add(name('netdrill_mptcp_fallbacks_total'), event.to === 'tcp' ? 1 : 0, {
          target: event.target,
        })
        return
      case 'subflow-lost':
        this.#sink.add(name('netdrill_mptcp_subflow_losses_total'), 1, {
          target: event.target,
          cause: event.cause,
        })
        return
      case 'sample':
        this.#sample(event.target, event.sample.outcome)
        return
      default:
    }
  }

  #sample(target: string, outcome: Outcome): void {
    const mptcp = outcome.status === 'ok' ? outcome.reading.mptcp : undefined
    if (!mptcp || (mptcp.flows === undefined && mptcp.retryIn === undefined)) return
    this.#sink.set(name('netdrill_mptcp_subflows'), mptcp.flows?.length ?? 0, {target})
    this.#bytes(target, mptcp)
  }

  #interface({device, errors, dropped, carrierChanges, speed, bond}: InterfaceFacts): void {
    const counts = {errors, dropped, carrier_changes: carrierChanges}
    for (const [what, count] of Object.entries(counts))
      this.#sink.set(name('netdrill_interface_count'), count, {device, what})
    this.#speed(device, speed)
    for (const member of bond?.members ?? []) this.#member(device, member)
  }

  /** Without a link there is none. */
  #speed(device: string, speed: number | null | undefined): void {
    if (typeof speed === 'number')
      this.#sink.set(name('netdrill_interface_speed_bits_per_second'), speed, {device})
  }

  #member(device: string, {device: member, up, state, failures, speed}: BondMember): void {
    const labels = {device, member}
    this.#sink.set(name('netdrill_bond_member_up'), up ? 1 : 0, labels)
    this.#sink.set(name('netdrill_bond_member_active'), state === 'active' && up ? 1 : 0, labels)
    this.#sink.set(name('netdrill_bond_member_failures'), failures, labels)
    this.#speed(member, speed)
  }

  /** Of the connection as it is now, by the own address: ports would make a series of each. */
  #bytes(target: string, {flows = []}: MptcpFacts): void {
    for (const direction of ['sent', 'received'] as const) {
      const sums = new Map<string, number>()
      for (const flow of flows) {
        const local = flow.local.replace(/:\d+$/, '')
        sums.set(local, (sums.get(local) ?? 0) + flow[direction])
      }
      for (const [local, sum] of sums) {
        this.#sink.set(name('netdrill_mptcp_subflow_bytes'), sum, {target, local, direction})
      }
    }
  }
}

/** Only names that are defined. */
function name(metric: MetricName): MetricName {
  return metric
}
