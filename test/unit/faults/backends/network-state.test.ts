import {describe, expect, it} from 'vitest'
import {HOST} from '../../../../src/core/place.ts'
import {readNetwork, restoreLines} from '../../../../src/faults/backends/network-state.ts'
import type {Tools} from '../../../../src/faults/tools.ts'

/** `ip` that shows these routes and addresses. */
function toolsOf(routes4: string, addresses: unknown, exitCode = 0): Tools {
  return {
    run: async (_, {args}) => ({
      exitCode,
      stdout: args[0] === '-4' ? routes4 : '',
      stderr: '',
      took: 0,
      timedOut: false,
      notFound: false,
    }),
    json: async () => addresses,
  }
}

const route = async (line: string): Promise<readonly string[]> =>
  (await readNetwork(toolsOf(line, [{ifname: 'eth0', flags: [], addr_info: []}]), HOST, 'eth0'))?.routes ?? []

describe('a route', () => {
  it.each([
    [
      'as it is',
      'default via 10.0.0.254 dev eth0 proto dhcp metric 100 ',
      ['default via 10.0.0.254 dev eth0 proto dhcp metric 100'],
    ],
    [
      'without states that ip only shows',
      '10.9.0.0/24 via 10.0.0.9 dev eth0 dead linkdown ',
      ['10.9.0.0/24 via 10.0.0.9 dev eth0'],
    ],
    [
      'with its end as ip takes it',
      '10.9.0.0/24 dev eth0 expires 86sec',
      ['10.9.0.0/24 dev eth0 expires 86'],
    ],
    [
      'over two hops',
      'default proto static \\\tnexthop via 10.0.0.2 dev eth0 weight 1 \\\tnexthop via 10.0.1.2 dev eth1 weight 2',
      ['default proto static nexthop via 10.0.0.2 dev eth0 weight 1 nexthop via 10.0.1.2 dev eth1 weight 2'],
    ],
    ['not of another device whose name begins alike', '10.9.0.0/24 dev eth01 scope link', []],
    ['not if the kernel makes it from an address', 'local 10.0.0.1 dev eth0 table local proto kernel', []],
  ])('is kept %s', async (_, line, kept) => {
    expect(await route(line)).toEqual(kept)
  })

  it('to a router comes before those through it', async () => {
    const lines = 'default via 10.0.0.254 dev eth0\n10.0.0.254 dev eth0 scope link\n'
    expect(await route(lines)).toEqual(['10.0.0.254 dev eth0 scope link', 'default via 10.0.0.254 dev eth0'])
  })
})

describe('an address', () => {
  const addressOf = async (item: object): Promise<readonly string[]> => {
    const state = await readNetwork(
      toolsOf('', [{ifname: 'eth0', flags: ['UP'], addr_info: [item]}]),
      HOST,
      'eth0',
    )
    return state ? restoreLines(state, 'eth0') : []
  }

  it.each([
    [
      {
        family: 'inet',
        local: '10.0.0.1',
        prefixlen: 24,
        broadcast: '10.0.0.255',
        scope: 'global',
        label: 'eth0:1',
        metric: 7,
      },
      ['address add 10.0.0.1/24 broadcast 10.0.0.255 scope global label eth0:1 metric 7 dev eth0'],
    ],
    [
      {family: 'inet', local: '10.0.0.1', address: '10.0.0.2', prefixlen: 32, scope: 'global', label: 'eth0'},
      ['address add 10.0.0.1 peer 10.0.0.2/32 scope global label eth0 dev eth0'],
    ],
    [
      {
        family: 'inet6',
        local: '2001:db8::1',
        prefixlen: 64,
        scope: 'global',
        dynamic: true,
        mngtmpaddr: true,
        noprefixroute: true,
        valid_life_time: 300,
        preferred_life_time: 100,
      },
      [
        'address add 2001:db8::1/64 scope global noprefixroute mngtmpaddr nodad valid_lft 300 preferred_lft 100 dev eth0',
      ],
    ],
    [{family: 'inet6', local: '2001:db8::9', prefixlen: 64, scope: 'global', temporary: true}, []],
  ])('%j is put back with all it had', async (item, lines) => {
    expect(await addressOf(item)).toEqual(lines)
  })

  it('is the same while its lifetime counts down', async () => {
    const at = async (left: number): Promise<readonly string[] | undefined> => {
      const item = {
        family: 'inet',
        local: '10.0.0.1',
        prefixlen: 24,
        dynamic: true,
        valid_life_time: left,
        preferred_life_time: left,
      }
      return (await readNetwork(toolsOf('', [{ifname: 'eth0', flags: [], addr_info: [item]}]), HOST, 'eth0'))
        ?.lines
    }
    expect(await at(90)).toEqual(await at(100))
  })
})

describe('an ip that says nothing readable', () => {
  it.each([
    ['fails', toolsOf('', [], 1)],
    ['prints no JSON', toolsOf('', null)],
    ['speaks another JSON', toolsOf('', [{name: 'eth0', state: 'up'}])],
    ['tells of another device', toolsOf('', [{ifname: 'lo', flags: [], addr_info: []}])],
  ])('and %s is no empty network', async (_, tools) => {
    expect(await readNetwork(tools, HOST, 'eth0')).toBeNull()
  })
})
