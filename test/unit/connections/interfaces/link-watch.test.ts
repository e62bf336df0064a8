import {describe, expect, it} from 'vitest'
import {LinkWatch} from '../../../../src/connections/interfaces/link-watch.ts'
import type {RunEvent} from '../../../../src/core/events.ts'
import type {
  LinkState,
  NetworkChange,
  NetworkListener,
  RouteState,
} from '../../../../src/core/network-port.ts'
import type {ExecRequest} from '../../../../src/core/ports.ts'
import type {WatchSpec} from '../../../../src/core/watch.ts'
import {FakeClock} from '../../../support/fake-clock.ts'
import {sampleOf} from '../../../support/group-events.ts'
import {SPEC} from '../../../support/watch-rig.ts'

const spec = (name: string, url: string, device?: string): WatchSpec => ({
  ...SPEC,
  name,
  url,
  ...(device === undefined ? {} : {interface: device}),
})
const link = (name: string, carrier = true): LinkState => ({
  name,
  up: true,
  carrier,
  addresses: ['10.0.0.1/24'],
})

/** A watch on a scripted network; `routes` answers `ip route get`. */
function rig(specs: readonly WatchSpec[]) {
  const clock = new FakeClock()
  const network = {
    links: [link('wifi'), link('cable')],
    routes: [{destination: 'default', devices: ['wifi', 'cable'], table: 'main'}] as readonly RouteState[],
  }
  let routed: Readonly<Record<string, string>> = {}
  let listener: NetworkListener | null = null
  let watching = 0
  const asked: string[] = []
  const exec = {
    run: async ({input = ''}: ExecRequest) => {
      asked.push(input)
      const lines = input.split('\n').map((line) => line.split(' ')[2] ?? '')
      const stdout = lines.flatMap((to) =>
        routed[to] ? [`${to} dev ${routed[to]} src 10.0.0.1 \\ cache`] : [],
      )
      return Promise.resolve({
        exitCode: 1,
        stdout: stdout.join('\n'),
        stderr: '',
        took: 1,
        timedOut: false,
        notFound: false,
      })
    },
  }
  const events: RunEvent[] = []
  const restored: string[] = []
  const watch = new LinkWatch(
    {
      clock,
      exec,
      network: {
        watch: (given) => {
          listener = given
          watching += 1
          return {
            state: () => ({...network, method: 'ip monitor', unknownLines: 0, restarts: 0}),
            stop: () => (watching -= 1),
          }
        },
      },
    },
    {origin: 0, emit: (event) => events.push(event), onRestored: (target) => restored.push(target)},
  )
  watch.replace(specs)
  return {
    clock,
    watch,
    asked,
    restored,
    watching: () => watching,
    ready: async (answers: Readonly<Record<string, string>> = {}) => {
      routed = answers
      listener?.onReady?.()
      await clock.advance(20)
    },
    change: (what: NetworkChange['what'], device: string, links: readonly LinkState[], answers = routed) => {
      network.links = [...links]
      routed = answers
      listener?.onChange({what, device, subject: '', at: clock.now()})
    },
    told: () =>
      events.splice(0).map((event) => {
        if (event.type === 'link-lost') return `${event.at} ${event.target} lost: ${event.because}`
        if (event.type === 'link-restored') return `${event.at} ${event.target} restored: ${event.because}`
        return event.type === 'network-changed' ? `${event.at} ${event.device} ${event.what}` : event.type
      }),
  }
}

describe('links under watch', () => {
  it('a bound target is lost with its carrier at once, and restored once', async () => {
    const {ready, change, told, clock, restored} = rig([spec('a', 'tcp://10.0.0.2:1', 'wifi')])
    await ready()
    change('carrier-lost', 'wifi', [link('wifi', false), link('cable')])
    expect(told()).toEqual(['20 wifi carrier-lost', '20 a lost: wifi has no carrier'])
    await clock.advance(100)
    change('carrier-gained', 'wifi', [link('wifi'), link('cable')])
    await clock.advance(100)
    expect(told()).toEqual(['120 wifi carrier-gained', '120 a restored: wifi has a carrier again'])
    expect(restored).toEqual(['a'])
  })

  it('a target that the kernel sends another way is not lost', async () => {
    const {ready, change, told, clock} = rig([spec('a', 'tcp://192.0.2.9:1')])
    await ready({'192.0.2.9': 'wifi'})
    change('carrier-lost', 'wifi', [link('wifi', false), link('cable')], {'192.0.2.9': 'cable'})
    await clock.advance(100)
    expect(told()).toEqual(['20 wifi carrier-lost'])
    change('carrier-lost', 'cable', [link('wifi', false), link('cable', false)])
    expect(told()).toEqual(['120 cable carrier-lost', '120 a lost: cable has no carrier'])
  })

  it('a target without any route is lost, and restored by another interface', async () => {
    const {ready, change, told, clock} = rig([spec('a', 'tcp://192.0.2.9:1')])
    await ready({'192.0.2.9': 'wifi'})
    change('route-removed', 'wifi', [link('wifi'), link('cable')], {})
    await clock.advance(20)
    expect(told()).toEqual(['20 wifi route-removed', '30 a lost: no route leads to 192.0.2.9'])
    change('route-added', 'cable', [link('wifi'), link('cable')], {'192.0.2.9': 'cable'})
    await clock.advance(20)
    expect(told()).toEqual(['50 a restored: there is a route through cable'])
  })

  it('learns the address of a name from its samples', async () => {
    const {ready, change, told, clock, watch} = rig([spec('a', 'tcp://example.org:1')])
    await ready({'192.0.2.9': 'wifi'})
    const event = sampleOf('a', 5, 0)
    if (event.type !== 'sample' || event.sample.outcome.status !== 'ok') throw new Error('a good sample')
    const {sample} = event
    const reading = {...event.sample.outcome.reading, address: '192.0.2.9'}
    watch.see({...event, sample: {...sample, outcome: {...event.sample.outcome, reading}}})
    await clock.advance(20)
    change('carrier-lost', 'wifi', [link('wifi', false)])
    expect(told()).toEqual(['40 wifi carrier-lost', '40 a lost: wifi has no carrier'])
  })

  it('tells nothing of interfaces that nobody uses, and asks nothing because of their losses', async () => {
    const {ready, change, told, clock, asked} = rig([spec('a', 'tcp://192.0.2.9:1')])
    await ready({'192.0.2.9': 'wifi'})
    const before = asked.length
    change('carrier-lost', 'docker0', [link('wifi'), link('cable')])
    await clock.advance(100)
    expect([told(), asked.length]).toEqual([[], before])
  })

  it('a storm is told in part, with how much was left out', async () => {
    const {ready, change, told, clock} = rig([spec('a', 'tcp://192.0.2.9:1')])
    await ready({'192.0.2.9': 'wifi'})
    for (let count = 0; count < 100; count += 1) change('address-added', 'wifi', [link('wifi')])
    expect(told()).toHaveLength(30)
    await clock.advance(1000)
    change('address-added', 'wifi', [link('wifi')])
    expect(told()).toEqual(['notice', '1020 wifi address-added'])
  })

  it('another document keeps what is known of targets that stay, and the end leaves nothing behind', async () => {
    const bound = spec('a', 'tcp://10.0.0.2:1', 'wifi')
    const {ready, change, told, clock, watch, watching} = rig([bound])
    await ready()
    change('carrier-lost', 'wifi', [link('wifi', false), link('cable')])
    told()
    watch.replace([bound, spec('b', 'tcp://10.0.0.3:1', 'wifi')])
    expect(told()).toEqual(['20 b lost: wifi has no carrier'])
    watch.stop()
    await clock.advance(100)
    expect([watching(), clock.pending, told()]).toEqual([0, 0, []])
  })
})
