import {describe, expect, it} from 'vitest'
import {
  neighbourState,
  parseList,
  readLinks,
  readRoute,
} from '../../../../src/connections/diagnose/ip-json.ts'

const TABLE = parseList(
  JSON.stringify([
    {type: 'blackhole', dst: '10.0.0.0/8', flags: []},
    {type: 'blackhole', dst: '10.5.0.0/16', flags: []},
    {type: 'prohibit', dst: 'default', flags: []},
    {dst: '10.5.1.0/24', dev: 'eth0'},
  ]),
)

describe('readRoute', () => {
  it.each([
    ['Network is unreachable', {status: 'refused', kind: 'none', entry: null}],
    ['No route to host', {status: 'refused', kind: 'unreachable', entry: null}],
    ['Permission denied', {status: 'refused', kind: 'prohibit', entry: 'default'}],
    ['Invalid argument', {status: 'refused', kind: 'blackhole', entry: '10.5.0.0/16'}],
    ['Something new', {status: 'unseen'}],
  ])('reads "%s", and names the longest route that covers the address', (said, wanted) => {
    const answer = {stdout: '', stderr: `RTNETLINK answers: ${said}\n`}
    expect(readRoute('10.5.0.1', answer, TABLE)).toEqual(wanted)
  })

  it('reads a route over a gateway, with the path MTU that the kernel learned', () => {
    const stdout =
      '[{"dst":"10.9.0.1","gateway":"10.1.1.2","dev":"e0","prefsrc":"10.1.1.1","flags":[],"uid":0,"cache":[],"metrics":[{"mtu":1400}]}]'
    expect(readRoute('10.9.0.1', {stdout, stderr: ''}, [])).toEqual({
      status: 'found',
      device: 'e0',
      gateway: '10.1.1.2',
      source: '10.1.1.1',
      local: false,
      mtu: 1400,
    })
  })

  it('sees a type that came without an error', () => {
    const stdout = '[{"type":"blackhole","dst":"fd98::3","dev":"lo"}]'
    expect(readRoute('fd98::3', {stdout, stderr: ''}, [])).toEqual({
      status: 'refused',
      kind: 'blackhole',
      entry: null,
    })
  })
})

describe('readLinks', () => {
  it('tells links that are off from those without carrier', () => {
    const link = (name: string, flags: readonly string[], operstate: string): unknown => ({
      ifname: name,
      flags,
      operstate,
      mtu: 1400,
      addr_info: [{family: 'inet', local: '10.1.1.1', prefixlen: 24, scope: 'global'}],
    })
    const links = readLinks(
      parseList(
        JSON.stringify([
          link('off', ['BROADCAST'], 'DOWN'),
          link('loose', ['NO-CARRIER', 'UP'], 'LOWERLAYERDOWN'),
          link('on', ['UP', 'LOWER_UP'], 'UP'),
        ]),
      ),
    )
    expect(links.map(({name, up, carrier}) => [name, up, carrier])).toEqual([
      ['off', false, true],
      ['loose', true, false],
      ['on', true, true],
    ])
    expect(links[0]?.addresses).toEqual([
      {address: '10.1.1.1', family: 4, prefix: 24, scope: 'global', tentative: false},
    ])
  })

  it.each(['', 'null', '{', '"text"', '[1, null]'])('takes %j for no links', (text) => {
    expect(readLinks(parseList(text))).toEqual([])
  })
})

describe('neighbourState', () => {
  it('finds the entry of the device', () => {
    const list = parseList(
      '[{"dst":"10.0.0.1","dev":"a","state":["FAILED"]},{"dst":"10.0.0.1","dev":"b","state":["STALE"]}]',
    )
    expect(neighbourState(list, '10.0.0.1', 'b')).toBe('STALE')
    expect(neighbourState(list, '10.0.0.1', 'c')).toBeNull()
  })
})
