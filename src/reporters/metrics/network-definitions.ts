/** The series of the own network of a watch, and of multipath connections. */
import type {MetricDefinition} from '../../core/metrics.ts'

export const NETWORK_SERIES = [
  {
    name: 'netdrill_network_changes_total',
    kind: 'counter',
    help: 'Changes of interfaces that targets are reached through, and of default routes.',
  },
  {
    name: 'netdrill_link_usable',
    kind: 'gauge',
    help: '0 while the interface, carrier, address or route that the target needs is gone; absent until that happened.',
  },
  {
    name: 'netdrill_interface_count',
    kind: 'gauge',
    help: 'Errors, dropped packets and carrier changes of an interface in use, as the kernel counts them.',
  },
  {
    name: 'netdrill_interface_warning',
    kind: 'gauge',
    help: '1 while the interface shows early signs of failing.',
  },
  {
    name: 'netdrill_interface_speed_bits_per_second',
    kind: 'gauge',
    help: 'What was negotiated, of an interface or of a member of a bond; absent where the kernel does not say.',
  },
  {name: 'netdrill_bond_member_up', kind: 'gauge', help: '1 while the member of the bond has a link.'},
  {name: 'netdrill_bond_member_active', kind: 'gauge', help: '1 while the bond sends through the member.'},
  {
    name: 'netdrill_bond_member_failures',
    kind: 'gauge',
    help: 'How often the link of the member has failed, as the kernel counts it.',
  },
  {name: 'netdrill_bond_switches_total', kind: 'counter', help: 'Changes of the member in use.'},
  {
    name: 'netdrill_mptcp_mode',
    kind: 'gauge',
    help: '1 for how the multipath connection works: multipath, single-path or tcp.',
  },
  {
    name: 'netdrill_mptcp_fallbacks_total',
    kind: 'counter',
    help: 'Times that the connection fell back to plain TCP.',
  },
  {
    name: 'netdrill_mptcp_subflows',
    kind: 'gauge',
    help: 'Subflows of the present connection, stalled ones too; 0 for plain TCP.',
  },
  {
    name: 'netdrill_mptcp_subflow_losses_total',
    kind: 'counter',
    help: 'Subflows that stalled or were closed.',
  },
  {
    name: 'netdrill_mptcp_subflow_bytes',
    kind: 'gauge',
    help: 'Bytes of the subflows of the present connection, by own address.',
  },
] as const satisfies readonly MetricDefinition[]
