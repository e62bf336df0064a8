import {failureTable} from './entry.ts'

/** Multipath TCP (RFC 8684): the connection stands in all of these, but as plain TCP. */
export const MPTCP_FAILURES = failureTable({
  MPTCP_FALLBACK: {
    stage: 'connect',
    category: 'protocol',
    detail: 'negotiation',
    blame: 'target',
    retry: 'fallback',
    title: 'fell back to plain TCP',
    meaning:
      'The connection stands, but the SYN/ACK came without MP_CAPABLE: the server speaks plain TCP only, or a middlebox strips the option. One side alone cannot tell these apart.',
    advice: [
      'check the server: it needs an MPTCP socket (mptcpize run PROGRAM) and net.mptcp.enabled=1',
      'look at the SYN on both sides of the path: tcpdump -v "tcp[tcpflags] & tcp-syn != 0"',
      'where TCP will do, say so: --allow-fallback',
    ],
  },
  MPTCP_SYN_DROPPED: {
    stage: 'connect',
    category: 'protocol',
    detail: 'negotiation',
    blame: 'path',
    retry: 'fallback',
    title: 'packets with the MPTCP option are dropped',
    meaning:
      'No answer came to the SYNs with MP_CAPABLE; the same connection came about at once without the option. A middlebox on the path drops packets with options that it does not know.',
    advice: [
      'find the middlebox: let it pass TCP option 30',
      'the kernel now avoids MPTCP to everybody for a while: sysctl net.mptcp.blackhole_timeout',
    ],
  },
  MPTCP_SUPPRESSED: {
    stage: 'connect',
    category: 'protocol',
    detail: 'negotiation',
    blame: 'local',
    retry: 'backoff',
    title: 'the kernel avoids MPTCP for now',
    meaning:
      'This kernel saw SYNs with MP_CAPABLE vanish before and tries plain TCP until its timer ends (net.mptcp.blackhole_timeout); nothing was learned about this server.',
    advice: [
      'try MPTCP again now: sysctl -w net.mptcp.blackhole_timeout=3600',
      'wait until the timer has ended',
    ],
  },
  MPTCP_SUBFLOWS: {
    stage: 'assert',
    category: 'path',
    detail: 'subflow',
    blame: 'path',
    retry: 'ladder',
    title: 'fewer subflows than expected',
    meaning:
      'The connection uses MPTCP, but not as many subflows came about before the deadline as were asked for.',
    advice: [
      'name the other addresses as endpoints: ip mptcp endpoint add ADDRESS dev DEVICE subflow',
      'raise the limits on both sides: ip mptcp limits set subflow 2 add_addr_accepted 2',
      'look at the counters: nstat -az "MPTcpExt*"',
    ],
  },
})
