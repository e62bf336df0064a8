import {describe, expect, it} from 'vitest'
import type {NetworkChange, NetworkListener} from '../../../../src/core/network-port.ts'
import type {IpMonitorHandlers} from '../../../../src/system/network/ip-monitor.ts'
import type {NetworkLook} from '../../../../src/system/network/look-network.ts'
import {NetworkSource} from '../../../../src/system/network/network-source.ts'
import {type IpLine, parseIpLine} from '../../../../src/system/network/parse-ip-line.ts'
import {FakeClock} from '../../../support/fake-clock.ts'

const UP = '3: a0: <BROADCAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP'
const CUT = '3: a0: <NO-CARRIER,BROADCAST,UP> mtu 1500 qdisc noqueue state DOWN'
const DOWN = '3: a0: <BROADCAST> mtu 1500 qdisc noqueue state DOWN'
const ADDRESS = '3: a0    inet 10.9.9.1/24 scope global a0'
const ROUTE = 'default via 10.9.9.2 dev a0'

function look(lines: readonly string[], routes: readonly string[] = []): NetworkLook {
  const read = (all: readonly string[]): readonly IpLine[] => all.flatMap((line) => parseIpLine(line) ?? [])
  return {lines: read(lines), routes: read(routes), unknownLines: 0}
}

/** A source with scripted doors; `seen` is what the next looks see, null for no program. */
function rig(first: NetworkLook | null) {
  const clock = new FakeClock()
  const world = {seen: first, without: look([]), monitors: 0, running: 0, meanwhile: (): void => {}}
  let handlers: IpMonitorHandlers | null = null
  const source = new NetworkSource({
    clock,
    startMonitor: (given) => {
      handlers = given
      world.monitors += 1
      world.running += 1
      return () => (world.running -= 1)
    },
    lookByProgram: async () => {
      world.meanwhile()
      return Promise.resolve(world.seen)
    },
    lookWithoutProgram: async () => Promise.resolve(world.without),
  })
  const changes: NetworkChange[] = []
  const troubles: string[] = []
  let ready = 0
  const listener: NetworkListener = {
    onChange: (change) => changes.push(change),
    onReady: () => (ready += 1),
    onTrouble: (text) => troubles.push(text),
  }
  return {
    clock,
    source,
    world,
    listener,
    troubles,
    line: (text: string) => handlers?.onLine(text),
    die: () => {
      world.running -= 1
      handlers?.onEnd('it died')
    },
    settle: async () => clock.advance(0),
    ready: () => ready,
    told: () =>
      changes.splice(0).map(({what, subject, at}) => `${at} ${what}${subject === '' ? '' : ` ${subject}`}`),
  }
}

describe('the source of network changes', () => {
  it('tells nothing of what is there at the start, and then each change once', async () => {
    const {source, listener, settle, line, told, ready, world} = rig(look([UP, ADDRESS], [ROUTE]))
    source.add(listener)
    line(UP)
    expect(ready()).toBe(0)
    await settle()
    expect([ready(), told()]).toEqual([1, []])
    expect(source.state()).toMatchObject({
      method: 'ip monitor',
      links: [{name: 'a0', up: true, carrier: true, addresses: ['10.9.9.1/24']}],
      routes: [{destination: 'default', devices: ['a0']}],
    })
    for (const one of [CUT, CUT, UP, `Deleted ${ADDRESS}`, 'what is this', ADDRESS]) line(one)
    expect(told()).toEqual([
      '0 carrier-lost',
      '0 carrier-gained',
      '0 address-removed 10.9.9.1/24',
      '0 address-added 10.9.9.1/24',
    ])
    expect(source.state().unknownLines).toBe(1)
    source.remove(listener)
    expect(world.running).toBe(0)
  })

  it('looks again soon after a loss, since kernels do not tell which routes went with it', async () => {
    const {clock, source, listener, settle, line, told, world} = rig(look([UP], [ROUTE]))
    source.add(listener)
    await settle()
    world.seen = look([DOWN])
    line(DOWN)
    await clock.advance(50)
    expect(told()).toEqual(['0 link-down', '50 route-removed default via 10.9.9.2'])
  })

  it('does not take in a look that a newer line contradicts', async () => {
    const {clock, source, listener, settle, line, told, world} = rig(look([UP]))
    source.add(listener)
    await settle()
    let looks = 0
    world.meanwhile = () => {
      looks += 1
      if (looks === 1) line(CUT)
      else world.seen = look([CUT])
    }
    await clock.advance(60_000)
    expect([looks, told()]).toEqual([2, ['60000 carrier-lost']])
  })

  it('starts a monitor again that died, ever more slowly, and looks by itself meanwhile', async () => {
    const {clock, source, listener, settle, die, told, troubles, world} = rig(look([UP]))
    source.add(listener)
    await settle()
    die()
    expect([source.state().method, troubles.length]).toEqual(['polling', 1])
    await clock.advance(200)
    expect([world.monitors, source.state().method]).toEqual([2, 'ip monitor'])
    die()
    await clock.advance(300)
    expect(world.monitors).toBe(2)
    world.seen = look([CUT])
    await clock.advance(100)
    expect(world.monitors).toBe(3)
    expect(told()).toEqual(['600 carrier-lost'])
    expect(troubles.length).toBe(1)
  })

  it('goes on without the program, by looking', async () => {
    const {clock, source, listener, die, told, world} = rig(null)
    world.without = look([UP])
    source.add(listener)
    for (const wait of [200, 400, 100]) {
      die()
      await clock.advance(wait)
    }
    world.without = look([CUT])
    await clock.advance(400)
    expect([told(), world.monitors]).toEqual([['1100 carrier-lost'], 3])
  })

  it('believes no other way of looking while the program is only slow to answer', async () => {
    const {clock, source, listener, settle, told, world} = rig(look([UP]))
    source.add(listener)
    await settle()
    world.seen = null
    await clock.advance(60_000)
    expect(told()).toEqual([])
  })
})
