import {failureTable} from './entry.ts'

/** What only several measurements together can tell: the causes that `diagnose` names beside the failure codes. */
export const FINDINGS = failureTable({
  NET_NO_ADDRESS: {
    stage: 'route',
    category: 'path',
    detail: 'address',
    blame: 'local',
    retry: 'ladder',
    title: 'the interface has no address',
    meaning:
      'The link is up, but it has no address beyond link-local: DHCP gave none, or none was configured.',
    advice: ['look at the addresses: ip address', 'ask for a new lease: dhclient or networkctl renew DEVICE'],
  },
  ROUTE_UNREACHABLE: {
    stage: 'route',
    category: 'path',
    detail: 'route',
    blame: 'local',
    retry: 'ladder',
    title: 'an unreachable route on this machine',
    meaning:
      'A route of type "unreachable" covers the address: the kernel answers "No route to host" by itself (ip-route(8)).',
    advice: ['look for it: ip route show table all type unreachable'],
  },
  ROUTE_PROHIBIT: {
    stage: 'route',
    category: 'network',
    detail: 'local',
    blame: 'local',
    retry: 'config',
    title: 'a prohibit route on this machine',
    meaning:
      'A route of type "prohibit" covers the address: the kernel answers "Permission denied" by itself (ip-route(8)).',
    advice: ['look for it: ip route show table all type prohibit'],
  },
  ROUTE_BLACKHOLE: {
    stage: 'route',
    category: 'network',
    detail: 'local',
    blame: 'local',
    retry: 'config',
    title: 'a blackhole route on this machine',
    meaning:
      'A route of type "blackhole" covers the address: the kernel drops all of it, and connect answers "Invalid argument" (ip-route(8)).',
    advice: ['look for it: ip route show table all type blackhole'],
  },
  GATEWAY_DEAD: {
    stage: 'route',
    category: 'path',
    detail: 'gateway',
    blame: 'path',
    retry: 'ladder',
    title: 'the gateway does not answer',
    meaning:
      'The next hop of the route answers neither ARP (or neighbour discovery) nor ping, so no packet leaves the own network.',
    advice: ['look at the neighbour table: ip neigh', 'check the router, the cable, the Wi-Fi or the VLAN'],
  },
  RESOLVER_PARTIAL: {
    stage: 'resolve',
    category: 'network',
    detail: 'dns',
    blame: 'resolver',
    retry: 'fallback',
    title: 'one of the resolvers does not work',
    meaning:
      'At least one configured resolver answers and at least one does not. Programs wait for the dead one first: 5 seconds per try by default (resolv.conf(5)).',
    advice: ['take the dead resolver out of /etc/resolv.conf, or repair it'],
  },
  DNS_SEARCH_DOMAIN: {
    stage: 'resolve',
    category: 'config',
    detail: 'search',
    blame: 'local',
    retry: 'config',
    title: 'the search domain does not fit the short name',
    meaning:
      'The name is short, and with none of the search domains of /etc/resolv.conf does it give a name that exists.',
    advice: ['use the full name', 'correct the search line of /etc/resolv.conf'],
  },
  DNS_CONTRADICTION: {
    stage: 'resolve',
    category: 'network',
    detail: 'dns',
    blame: 'resolver',
    retry: 'fallback',
    title: 'the resolvers contradict each other',
    meaning:
      'One configured resolver knows the name, another says that it does not exist. Which one is asked decides; split-horizon DNS or a stale server look like this.',
    advice: ['list only resolvers that know the same names'],
  },
  HOSTS_OVERRIDE: {
    stage: 'resolve',
    category: 'config',
    detail: 'hosts',
    blame: 'local',
    retry: 'config',
    title: '/etc/hosts sends the name elsewhere',
    meaning: 'The hosts file gives the name an address that does not work, and DNS gives it another one.',
    advice: ['remove or correct the line in /etc/hosts'],
  },
  PORT_FILTERED: {
    stage: 'connect',
    category: 'network',
    detail: 'timeout',
    blame: 'path',
    retry: 'ladder',
    title: 'a firewall drops this port',
    meaning:
      'The host answers ping, but not the connection attempt: neither an answer nor a rejection comes. A packet filter on the host or on the way drops it silently.',
    advice: [
      'look for a drop rule on the host: nft list ruleset',
      'ask whoever runs the firewall to allow this port',
    ],
  },
  MTU_BLACKHOLE: {
    stage: 'send',
    category: 'protocol',
    detail: 'pmtu',
    blame: 'path',
    retry: 'never',
    title: 'large packets vanish (path MTU black hole)',
    meaning:
      'Small packets pass, large ones that may not be fragmented are lost, and no router says so with ICMP (RFC 8899 section 1). Connections open and then stall.',
    advice: [
      'let ICMP "fragmentation needed" and "packet too big" through the firewalls on the way',
      'clamp the MSS on the router: nft ... tcp option maxseg size set rt mtu',
    ],
  },
  NET_FAMILY_BROKEN: {
    stage: 'connect',
    category: 'network',
    detail: 'family',
    blame: 'path',
    retry: 'fallback',
    title: 'one address family does not work',
    meaning:
      'The name has IPv4 and IPv6 addresses and this machine has both families, but only one of them connects. Programs that prefer the other one are slow or fail.',
    advice: ['until it is mended use the other one: -4 or -6'],
  },
  ADDRESS_DEAD: {
    stage: 'connect',
    category: 'network',
    detail: 'address',
    blame: 'target',
    retry: 'fallback',
    title: 'one of the addresses is dead',
    meaning:
      'The name has several addresses of a family, and not all of them work: a part of the connections fails or is slow.',
    advice: ['take the dead address out of DNS, or repair the host'],
  },
  PORT_SPEAKS_TLS: {
    stage: 'receive',
    category: 'protocol',
    detail: 'negotiation',
    blame: 'usage',
    retry: 'config',
    title: 'this port speaks TLS',
    meaning: 'Plain HTTP was spoken to a port on which a TLS handshake succeeds.',
    advice: ['use https://'],
  },
  CLOCK_SKEW: {
    stage: 'tls',
    category: 'config',
    detail: 'clock',
    blame: 'local',
    retry: 'config',
    title: "this machine's clock is wrong",
    meaning:
      "The certificate is valid at the time that the server's Date header gives (RFC 9110 section 6.6.1), but not by this machine's clock.",
    advice: ['compare: date -u', 'set the clock: timedatectl set-ntp true'],
  },
  CAPTIVE_PORTAL: {
    stage: 'receive',
    category: 'network',
    detail: 'portal',
    blame: 'path',
    retry: 'ladder',
    title: 'a captive portal answers instead of the target',
    meaning:
      'Something on the way answers HTTP for every address and sends the browser to its own page (RFC 8952), or says so with status 511 (RFC 6585 section 6).',
    advice: ['open the page in a browser and log in'],
  },
  SERVER_SLOW: {
    stage: 'receive',
    category: 'resource',
    detail: 'remote',
    blame: 'target',
    retry: 'backoff',
    title: 'the server answers slowly',
    meaning:
      'The path is quick, but the answer took more than a second: the time passes in the server or behind it.',
    advice: ["check the server's load and what it waits for"],
  },
})
