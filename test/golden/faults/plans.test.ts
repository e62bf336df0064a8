import {describe, expect, it} from 'vitest'
import {viewPlan} from '../../../src/app/fault-views.ts'
import {renderFaultPlan} from '../../../src/reporters/fault.ts'
import type {NetworkState} from '../../../src/faults/backends/network-state.ts'
import type {Sight} from '../../../src/faults/sight.ts'
import {type PlanSetting, planWords} from '../../support/fault-situation.ts'

const to = (scope: object = {}): object => ({to: '10.0.0.2', port: 443, ...scope})

const NETWORK: NetworkState = {
  lines: [],
  addresses: [
    {local: '10.0.0.1', prefix: 24, words: '10.0.0.1/24 broadcast 10.0.0.255 scope global label eth0'},
    {local: '2001:db8::1', prefix: 64, words: '2001:db8::1/64 scope global nodad'},
  ],
  routes: [
    '10.0.0.0/24 dev eth0 proto kernel scope link src 10.0.0.1',
    'default via 10.0.0.254 dev eth0 metric 100',
  ],
}

const VICTIM = {
  type: 'process',
  process: {
    who: {pid: 4711, start: 99},
    words: ['nginx', '-g', 'daemon off;'],
    stopped: false,
    launch: {folder: '/', env: {LANG: 'C'}, uid: 0, gid: 0, apart: false},
  },
} satisfies Sight

/** Every kind, and every option of it, as the commands that would be run. */
const CASES: readonly {
  readonly name: string
  readonly words: {readonly kind: string} & Readonly<Record<string, unknown>>
  readonly setting?: PlanSetting
}[] = [
  {name: 'partition-drop', words: {kind: 'partition', scope: to()}},
  {name: 'partition-reject-rst', words: {kind: 'partition', mode: 'reject', scope: to({protocol: 'tcp'})}},
  {name: 'partition-reject-everything', words: {kind: 'partition', mode: 'reject', scope: {to: '10.0.0.2'}}},
  {
    name: 'partition-reject-icmp-both-families',
    words: {kind: 'partition', mode: 'reject', with: 'icmp', scope: to({to: '10.0.0.2,2001:db8::2'})},
  },
  {name: 'partition-one-way-out', words: {kind: 'partition', direction: 'out', scope: {to: '10.0.0.0/24'}}},
  {name: 'partition-one-way-in', words: {kind: 'partition', direction: 'in', scope: {to: '2001:db8::/32'}}},
  {name: 'partition-ping', words: {kind: 'partition', scope: {to: 'fd00::2,10.0.0.2', protocol: 'icmp'}}},
  {name: 'partition-everything', words: {kind: 'partition'}},
  {name: 'partition-any-device', words: {kind: 'partition', scope: to()}, setting: {device: null}},
  {name: 'partition-family', words: {kind: 'partition', scope: {family: 'ipv6', port: 443}}},
  {name: 'partition-of-a-user', words: {kind: 'partition', mode: 'reject', scope: to({uid: 1000})}},
  {
    name: 'rate-of-a-group',
    words: {kind: 'rate', rate: '1mbit', scope: {to: '10.0.0.2', cgroup: '/system.slice/web.service'}},
  },
  {
    name: 'rate-arriving',
    words: {kind: 'rate', rate: '1mbit', direction: 'in', scope: to({to: '10.0.0.2,2001:db8::2'})},
    setting: {device: {name: 'ndifb2', ingress: {of: 'eth0', there: false}}},
  },
  {
    name: 'netem-arriving-second-fault',
    words: {kind: 'netem', delay: '50ms', loss: '1%', direction: 'in', scope: {}},
    setting: {
      device: {
        name: 'ndifb2',
        ingress: {of: 'eth0', there: true},
        root: {owner: 'ours', kind: 'prio', handle: '6e64:', used: [5]},
      },
    },
  },
  {
    name: 'socket-kill',
    words: {kind: 'socket-kill', scope: to({to: '10.0.0.2,2001:db8::/32'})},
    setting: {sight: {type: 'names', names: ['1f', '20']}},
  },
  {
    name: 'conntrack',
    words: {kind: 'conntrack', scope: to()},
    setting: {sight: {type: 'names', names: ['1']}},
  },
  {name: 'conntrack-everything', words: {kind: 'conntrack'}},
  {name: 'nat-rebind', words: {kind: 'nat-rebind', scope: to({protocol: 'udp'})}},
  {
    name: 'ephemeral-ports',
    words: {kind: 'ephemeral-ports', count: 4},
    setting: {sight: {type: 'setting', value: '32768 60999'}},
  },
  {name: 'port', words: {kind: 'port', scope: {port: 8080}}},
  {name: 'port-of-an-address', words: {kind: 'port', scope: {port: 53, protocol: 'udp', to: '127.0.0.1'}}},
  {name: 'idle-connections', words: {kind: 'idle-connections', count: 200, scope: to()}},
  {name: 'process-stop', words: {kind: 'process', process: 4711}, setting: {sight: VICTIM}},
  {
    name: 'process-kill',
    words: {kind: 'process', mode: 'kill', pidfile: '/run/a.pid'},
    setting: {sight: VICTIM},
  },
  {
    name: 'process-restart',
    words: {kind: 'process', mode: 'restart', signal: 'TERM', match: 'nginx: master'},
    setting: {sight: VICTIM},
  },
  {
    name: 'files',
    words: {kind: 'files', process: 4711, spare: 2},
    setting: {
      sight: {...VICTIM, type: 'files', limit: {soft: '1024', hard: '524288'}, open: [0, 1, 2, 4, 5, 9]},
    },
  },
  {
    name: 'memory',
    words: {kind: 'memory', pidfile: '/run/a.pid', spare: '16MiB'},
    setting: {
      sight: {...VICTIM, type: 'memory', limit: {soft: 'unlimited', hard: 'unlimited'}, used: 41_943_040},
    },
  },
  {
    name: 'memory-of-a-group',
    words: {kind: 'memory', group: '/system.slice/web.service', max: '64MB'},
    setting: {
      sight: {
        type: 'group',
        name: '/system.slice/web.service',
        folder: '/sys/fs/cgroup/system.slice/web.service',
        before: 'max',
        used: 52_428_800,
      },
    },
  },
  {
    name: 'clock-wall',
    words: {kind: 'clock', offset: '-1h30m', command: ['date', '-u']},
    setting: {sight: {type: 'library', path: '/usr/lib/faketime/libfaketime.so.1'}},
  },
  {name: 'clock-monotonic', words: {kind: 'clock', offset: '+1d', clock: 'monotonic', command: ['uptime']}},
  {name: 'partition-new', words: {kind: 'partition', mode: 'reject', connections: 'new', scope: to()}},
  {
    name: 'partition-established-one-way',
    words: {kind: 'partition', connections: 'established', direction: 'out', scope: {to: '10.0.0.2'}},
  },
  {name: 'partition-established-everything', words: {kind: 'partition', connections: 'established'}},
  {name: 'connection-limit-drop', words: {kind: 'connection-limit', max: 2, scope: to()}},
  {
    name: 'connection-limit-reject',
    words: {kind: 'connection-limit', max: 1, mode: 'reject', scope: {to: '10.0.0.2,2001:db8::2'}},
  },
  {name: 'mtu-out', words: {kind: 'mtu', size: 1400, scope: {to: '10.0.0.0/24,2001:db8::/32'}}},
  {name: 'mtu-everything', words: {kind: 'mtu', size: 1280, direction: 'both'}},
  {name: 'mptcp-strip', words: {kind: 'mptcp', scope: to()}},
  {name: 'mptcp-drop-syn', words: {kind: 'mptcp', mode: 'drop-syn', scope: {to: '10.0.0.2'}}},
  {name: 'mptcp-drop-join', words: {kind: 'mptcp', mode: 'drop-join', scope: {to: '10.0.0.2'}}},
  {name: 'link', words: {kind: 'link'}, setting: {network: NETWORK}},
  {name: 'address', words: {kind: 'address', address: '2001:db8::1'}, setting: {network: NETWORK}},
  {
    name: 'address-add',
    words: {kind: 'address', mode: 'add', address: '10.9.0.1/24'},
    setting: {network: NETWORK},
  },
  {
    name: 'address-add-ipv6',
    words: {kind: 'address', mode: 'add', address: '2001:db8::9'},
    setting: {network: NETWORK},
  },
  {
    name: 'neighbour',
    words: {kind: 'neighbour', scope: {to: '10.0.0.2,2001:db8::2'}},
    setting: {
      sight: {
        type: 'neighbours',
        neighbours: [
          {address: '10.0.0.2', lladdr: '52:54:00:12:34:56', permanent: true},
          {address: '2001:db8::2', lladdr: '52:54:00:12:34:56', permanent: false},
        ],
      },
    },
  },
  {
    name: 'neighbour-silent',
    words: {kind: 'neighbour', mode: 'silent', scope: {to: '10.0.0.2,2001:db8::2'}},
    setting: {
      sight: {
        type: 'neighbours',
        neighbours: [
          {address: '10.0.0.2', lladdr: '52:54:00:12:34:56', permanent: true},
          {address: '2001:db8::2', lladdr: null, permanent: false},
        ],
      },
    },
  },
  {
    name: 'netem-without-offload',
    words: {kind: 'netem', loss: '1%', offload: 'off', scope: {to: '10.0.0.2'}},
    setting: {device: {offload: {device: 'eth0', key: 'gso_max_segs', before: 65535}}},
  },
  {
    name: 'rate-instead-of-a-root',
    words: {kind: 'rate', rate: '1mbit', replace_root: true, scope: {to: '10.0.0.2'}},
    setting: {
      device: {
        root: {owner: 'foreign', kind: 'pfifo', handle: '1:', used: []},
        replaced: {
          name: 'pfifo 1:',
          restore: ['qdisc add dev eth0 root handle 1: pfifo limit 99'],
          shows: [],
          shown: [],
        },
      },
    },
  },
  {
    name: 'route-unreachable',
    words: {kind: 'route', scope: {to: '10.0.0.2,2001:db8::/32'}},
    setting: {network: NETWORK, device: null},
  },
  {
    name: 'route-remove',
    words: {kind: 'route', mode: 'remove', scope: {to: '0.0.0.0/0'}},
    setting: {network: NETWORK, device: null},
  },
  {
    name: 'partition-with-source',
    words: {kind: 'partition', scope: to({from: '10.0.0.1', protocol: 'udp', port: 53})},
  },
  {
    name: 'partition-by-proxy',
    words: {kind: 'partition', mode: 'reject', scope: to()},
    setting: {missing: ['nft'], proxy: true},
  },
  {name: 'rate-tbf', words: {kind: 'rate', rate: '10mbit', scope: to()}},
  {
    name: 'rate-tbf-in-htb-tree',
    words: {kind: 'rate', rate: '512kbit', burst: '32kB', queue: '100ms', scope: to()},
    setting: {missing: ['qdisc-prio']},
  },
  {
    name: 'rate-htb',
    words: {kind: 'rate', rate: '10mbit', scope: to()},
    setting: {missing: ['qdisc-tbf']},
  },
  {
    name: 'rate-second-fault-on-the-device',
    words: {kind: 'rate', rate: '1mbit', scope: to()},
    setting: {device: {root: {owner: 'ours', kind: 'prio', handle: '6e64:', used: [5]}}},
  },
  {
    name: 'rate-device-without-queue',
    words: {kind: 'rate', rate: '1mbit', scope: to()},
    setting: {device: {queueLength: 0}},
  },
  {name: 'netem-delay', words: {kind: 'netem', delay: '100ms', scope: to()}},
  {name: 'netem-jitter-kept-in-order', words: {kind: 'netem', delay: '100ms', jitter: '20ms', scope: to()}},
  {
    name: 'netem-jitter-that-reorders',
    words: {kind: 'netem', delay: '100ms', jitter: '20ms', keep_order: false, scope: to()},
  },
  {
    name: 'netem-everything',
    words: {
      kind: 'netem',
      delay: '1500us',
      jitter: '0.5ms',
      correlation: '25%',
      distribution: 'paretonormal',
      loss: {random: '5%', correlation: '10%'},
      duplicate: {chance: '1%', correlation: '2%'},
      corrupt: '0.1%',
      reorder: {chance: '25%', correlation: '50%'},
      gap: 5,
      rate: '10mbit',
      slot: {min: '10ms', max: '20ms', packets: 16, bytes: '32kB'},
      limit: 5000,
      ecn: true,
      seed: 42,
      scope: to(),
    },
    setting: {tcVersion: 6.06, kernelVersion: 6.06},
  },
  {name: 'netem-seed-not-taken', words: {kind: 'netem', loss: '5%', seed: 42, scope: to()}},
  {name: 'netem-gemodel', words: {kind: 'netem', loss: {gemodel: {p: '1%', r: '10%'}}, scope: to()}},
  {name: 'netem-state', words: {kind: 'netem', loss: {state: {p13: '1%', p31: '20%'}}, scope: to()}},
  {
    name: 'netem-rtt-on-loopback',
    words: {kind: 'netem', rtt: '100ms', scope: {to: '127.0.0.1'}},
    setting: {device: {name: 'lo', loopback: true, mtu: 65_536}, crossings: 2},
  },
  {
    name: 'netem-by-proxy',
    words: {kind: 'netem', delay: '100ms', jitter: '20ms', rate: '1mbit', scope: to()},
    setting: {missing: ['qdisc-netem'], proxy: true},
  },
  {
    name: 'netem-rate-by-tbf',
    words: {kind: 'netem', rate: '1mbit', scope: to()},
    setting: {missing: ['qdisc-netem', 'qdisc-prio']},
  },
  {
    name: 'proxy-everything-soft',
    words: {kind: 'proxy', latency: '100ms', jitter: '10ms', bandwidth: '1mbit'},
    setting: {proxy: true},
  },
  {name: 'proxy-reset', words: {kind: 'proxy', reset: true, refuse: true}, setting: {proxy: true}},
  {
    name: 'proxy-toxics',
    words: {
      kind: 'proxy',
      toxics: ['slicer=100,delay=2ms', {type: 'latency', latency: '1s', toxicity: '50%'}],
    },
    setting: {proxy: true},
  },
  {
    name: 'dns-front',
    words: {kind: 'dns-front', answer: 'truncated', names: ['*.test'], types: ['A', 'AAAA'], first: 3},
    setting: {proxy: true},
  },
  {
    name: 'tls-front',
    words: {kind: 'tls-front', certificate: 'revoked', scope: to()},
    setting: {proxy: true},
  },
  {
    name: 'http-front',
    words: {kind: 'http-front', status: 429, retry_after: '30s', paths: '/api', share: '20%'},
    setting: {proxy: true},
  },
  {
    name: 'websocket-front',
    words: {kind: 'websocket-front', end: 'close', code: 1013, wait: '5s'},
    setting: {proxy: true},
  },
  {
    name: 'websocket-front-late-pongs',
    words: {kind: 'websocket-front', end: 'late-pongs', by: '6s', paths: '/ws'},
    setting: {proxy: true},
  },
  {name: 'proxy-blackhole', words: {kind: 'proxy', blackhole: true}, setting: {proxy: true}},
]

describe('the plan of', () => {
  it.each(CASES)('$name', async ({name, words, setting}) => {
    const {plan} = await planWords(words, setting)
    await expect(`${renderFaultPlan(viewPlan(plan))}\n`).toMatchFileSnapshot(`${name}.golden`)
  })
})
