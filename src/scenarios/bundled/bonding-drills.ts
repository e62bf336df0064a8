/** The drills on two paths of one machine. */
import {type BundledDrills, BOND, LAB} from './bundled-drill.ts'

export const BONDING_DRILLS = {
  'path-failover': {
    file: 'path-failover.yaml',
    topic: 'bonding',
    summary: 'one of two paths goes silent: the group switches to the other, and back once it is good again',
    needs: LAB,
  },
  'bonding-link-loss': {
    file: 'bonding-link-loss.yaml',
    topic: 'bonding',
    summary: 'the device of one path goes down: the kernel tells, and the other path takes over at once',
    needs: LAB,
  },
  'bonding-carrier-loss': {
    file: 'bonding-carrier-loss.yaml',
    topic: 'bonding',
    summary: "the peer's end of one path goes down: no carrier, the other path takes over",
    needs: LAB,
  },
  'bonding-standby-dies': {
    file: 'bonding-standby-dies.yaml',
    topic: 'bonding',
    summary: 'the path that stands by goes silent: told, without any switch',
    needs: LAB,
  },
  'bonding-both-paths': {
    file: 'bonding-both-paths.yaml',
    topic: 'bonding',
    summary: 'both paths fail one after the other: told as such, and back with the first that returns',
    needs: LAB,
  },
  'bonding-flapping-link': {
    file: 'bonding-flapping-link.yaml',
    topic: 'bonding',
    summary: 'a path comes and goes four times: it is left once, and not taken again',
    needs: LAB,
  },
  'bonding-failback-never': {
    file: 'bonding-failback-never.yaml',
    topic: 'bonding',
    summary: 'a path comes back, and the one that took over is kept',
    needs: LAB,
  },
  'bond-link-loss': {
    file: 'bond-link-loss.yaml',
    topic: 'bonding',
    summary: "the cable in use under the kernel's own bond goes dark: the other one takes over",
    needs: BOND,
  },
  'bond-silent-loss': {
    file: 'bond-silent-loss.yaml',
    topic: 'bonding',
    summary:
      'a cable under a bond loses everything but its carrier: ARP monitoring finds it, miimon never does',
    needs: BOND,
  },
  'bond-failback': {
    file: 'bond-failback.yaml',
    topic: 'bonding',
    summary: 'the preferred cable of a bond comes back: it is taken again at once, or never',
    needs: BOND,
  },
  'bonding-neutral-band': {
    file: 'bonding-neutral-band.yaml',
    topic: 'bonding',
    summary: 'a delay sways between good and bad: no switch, until it is bad for good',
    needs: [],
  },
  'bonding-standby-lossy': {
    file: 'bonding-standby-lossy.yaml',
    topic: 'bonding',
    summary: 'the path that stands by loses packets: warned of before it is needed, and the other untouched',
    needs: LAB,
    impairs: true,
  },
  'bonding-alert-arrives': {
    file: 'bonding-alert-arrives.yaml',
    topic: 'bonding',
    summary: 'two outages, told by webhook: each incident arrives soon, once, and is told to be over',
    needs: LAB,
  },
  'bonding-path-order': {
    file: 'bonding-path-order.yaml',
    topic: 'bonding',
    summary: 'three orders of the same paths under the same cuts: each is on the highest that works',
    needs: LAB,
  },
  'bonding-path-removed': {
    file: 'bonding-path-removed.yaml',
    topic: 'bonding',
    summary: 'the second path is taken away: the group tells that it goes on with one, and has two again',
    needs: LAB,
  },
  'mptcp-path-added': {
    file: 'mptcp-path-added.yaml',
    topic: 'bonding',
    summary: 'an address on a second link makes MPTCP be tried again at once, and the event says so',
    needs: [...LAB, 'mptcp'],
  },
  'mptcp-throttled-path': {
    file: 'mptcp-throttled-path.yaml',
    topic: 'bonding',
    summary: 'one of two subflows is slow, not lost: the bytes shift to the other, with the share of each',
    needs: [...LAB, 'mptcp', 'tc', 'qdisc-tbf'],
  },
  'mptcp-setup-failure': {
    file: 'mptcp-setup-failure.yaml',
    topic: 'bonding',
    summary:
      'the option of MPTCP is stripped, then swallowed: by TCP in time, and MPTCP again after each heal',
    needs: [...LAB, 'mptcp'],
  },
  'mptcp-subflow-loss': {
    file: 'mptcp-subflow-loss.yaml',
    topic: 'bonding',
    summary: 'one of two subflows goes silent: the stream goes on over the other, and has both again',
    needs: [...LAB, 'mptcp'],
  },
} as const satisfies BundledDrills
