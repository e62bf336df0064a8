/** What a bundle asks the machine: one line per file in it. All of it only reads. */

export type EvidenceKind = 'interfaces' | 'mptcp' | 'connections' | 'errors' | 'actions' | 'system'

export interface EvidenceSource {
  /** The file's path in the bundle; its folder is its kind. */
  readonly name: `${EvidenceKind}/${string}`
  readonly what: string
  readonly from:
    | {readonly command: readonly [file: string, ...args: string[]]}
    /** The first of these files that is there. */
    | {readonly file: string}
    /** Each file of the folder, with its name above it. */
    | {readonly folder: string}
  /** Only lines that match are kept: a kernel has more to say than concerns a network. */
  readonly only?: RegExp
}

const command = (
  name: EvidenceSource['name'],
  what: string,
  ...words: readonly [string, ...string[]]
): EvidenceSource => ({name, what, from: {command: words}})

const file = (name: EvidenceSource['name'], what: string, path: string): EvidenceSource => ({
  name,
  what,
  from: {file: path},
})

/** What kernels and services say when links, drivers or addresses are the matter. */
const ABOUT_NETWORKS =
  /\b(?:link (?:is )?(?:up|down|becomes)|carrier|eth\d|en[ospx]\w+|wl\w+|bond\w*|br\d|veth|tun\d|nic|net(?:dev|link|filter|work)|nf_|conntrack|mptcp|tcp|udp|arp|icmp|ipv[46]|dhcp|neighbou?r|martian|syn flood|oom|out of memory)/i

export const SOURCES: readonly EvidenceSource[] = [
  command('interfaces/links.json', 'links with counters and drivers', 'ip', '-j', '-s', '-s', '-d', 'link'),
  command('interfaces/addresses.json', 'addresses', 'ip', '-j', 'address'),
  command('interfaces/routes4.json', 'routes, all tables', 'ip', '-4', '-j', 'route', 'show', 'table', 'all'),
  command('interfaces/routes6.json', 'routes, all tables', 'ip', '-6', '-j', 'route', 'show', 'table', 'all'),
  command('interfaces/rules4.json', 'routing rules', 'ip', '-4', '-j', 'rule'),
  command('interfaces/rules6.json', 'routing rules', 'ip', '-6', '-j', 'rule'),
  command('interfaces/neighbours.json', 'neighbours (ARP, ND)', 'ip', '-j', '-s', 'neighbour'),
  command('interfaces/queues.json', 'queueing disciplines with counters', 'tc', '-j', '-s', 'qdisc'),
  command('interfaces/firewall.txt', 'packet filter', 'nft', 'list', 'ruleset'),
  {name: 'interfaces/bonding.txt', what: 'bonds', from: {folder: '/proc/net/bonding'}},
  file('interfaces/wireless.txt', 'radio quality', '/proc/net/wireless'),
  file('interfaces/softnet.txt', 'packets per processor: seen, dropped, squeezed', '/proc/net/softnet_stat'),

  command('mptcp/endpoints.json', 'endpoints', 'ip', '-j', 'mptcp', 'endpoint'),
  command('mptcp/limits.txt', 'limits of subflows', 'ip', 'mptcp', 'limits'),
  command('mptcp/sockets.txt', 'MPTCP sockets', 'ss', '-M', '-a', '-n', '-i'),
  {name: 'mptcp/settings.txt', what: 'kernel settings', from: {folder: '/proc/sys/net/mptcp'}},
  {
    name: 'mptcp/counters.txt',
    what: "the kernel's counters",
    from: {command: ['nstat', '-a', '-z', '-s', 'MPTcpExt*']},
  },

  command(
    'connections/sockets.txt',
    'TCP and UDP sockets with timers and congestion',
    'ss',
    '-t',
    '-u',
    '-a',
    '-n',
    '-i',
    '-o',
  ),
  command('connections/summary.txt', 'sockets by state', 'ss', '-s'),
  command('connections/counters.txt', 'what IP, ICMP, UDP and TCP have counted', 'nstat', '-a', '-s'),
  command('connections/resolver-status.txt', 'resolvers per link', 'resolvectl', 'status', '--no-pager'),
  file('connections/resolv.conf', 'resolvers', '/etc/resolv.conf'),
  file('connections/nsswitch.conf', 'order of name services', '/etc/nsswitch.conf'),

  {
    name: 'errors/kernel.txt',
    what: 'what the kernel said about networks',
    from: {command: ['journalctl', '-k', '-n', '2000', '--no-pager', '-o', 'short-iso', '-q']},
    only: ABOUT_NETWORKS,
  },
  {
    name: 'errors/kernel-ring.txt',
    what: 'the same from the ring buffer',
    from: {command: ['dmesg', '--time-format', 'iso']},
    only: ABOUT_NETWORKS,
  },
  command(
    'errors/network-services.txt',
    'the last words of what manages networks here',
    ...(['journalctl', '-n', '500', '--no-pager', '-o', 'short-iso', '-q', '-u', 'NetworkManager'] as const),
    ...['-u', 'systemd-networkd', '-u', 'systemd-resolved', '-u', 'wpa_supplicant', '-u', 'networking'],
  ),

  command('system/kernel.txt', 'kernel and architecture', 'uname', '-s', '-r', '-v', '-m'),
  file('system/distribution.txt', 'distribution', '/etc/os-release'),
  file('system/load.txt', 'load', '/proc/loadavg'),
  file('system/pressure.txt', 'processor pressure', '/proc/pressure/cpu'),
  file('system/memory.txt', 'memory', '/proc/meminfo'),
  file(
    'system/clock-source.txt',
    'clock source',
    '/sys/devices/system/clocksource/clocksource0/current_clocksource',
  ),
]

/** What is asked of each link by name; drivers of virtual links have little to say. */
export function sourcesOfLink(link: string): readonly EvidenceSource[] {
  return [
    command(`interfaces/${link}/statistics.txt`, `counters of the driver of ${link}`, 'ethtool', '-S', link),
    command(`interfaces/${link}/settings.txt`, `speed, duplex, carrier of ${link}`, 'ethtool', link),
    command(`interfaces/${link}/offloads.txt`, `offloads of ${link}`, 'ethtool', '-k', link),
  ]
}
