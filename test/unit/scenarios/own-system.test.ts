import {readFile} from 'node:fs/promises'
import {describe, expect, it} from 'vitest'
import {isUserError} from '../../../src/core/errors.ts'
import {BUNDLED_DRILLS} from '../../../src/scenarios/bundled/registry.ts'
import {loadDrill} from '../../../src/scenarios/load-drill.ts'
import {seededRandom} from '../../../src/core/random.ts'
import {pickScopes, resolveScopeHosts} from '../../../src/scenarios/scope-hosts.ts'

async function load(name: keyof typeof BUNDLED_DRILLS, set: Record<string, string>) {
  const {file} = BUNDLED_DRILLS[name]
  const text = await readFile(new URL(`../../../src/scenarios/bundled/${file}`, import.meta.url), 'utf8')
  return loadDrill({name, file, text, env: () => undefined, set: new Map(Object.entries(set))})
}

describe('a bundled drill pointed at a system of the user', () => {
  it('has no lab, hits host and port of the target, and leaves out what only the lab has', async () => {
    const {spec, warnings} = await load('partition', {target: '10.0.0.2:8443'})
    expect(spec).toMatchObject({lab: null, from: null})
    expect(spec.targets.map(({name, url}) => [name, url])).toEqual([['api', 'tls://10.0.0.2:8443']])
    expect(spec.faults['split']?.scope).toEqual({to: '10.0.0.2', port: 8443})
    expect(spec.steady.map(({text}) => text)).toEqual(['api.loss <= 0%'])
    expect(warnings).toMatchObject([
      {code: 'DRILL_LEFT_OUT', advice: ['give one of your own: --set control=HOST:PORT']},
    ])
  })

  it('is told by the alerting of the user, at an address of this machine, and tells nothing itself', async () => {
    const {spec} = await load('bonding-alert-arrives', {
      target: '10.0.0.2:8443',
      port: '9999',
      incidents: '3',
    })
    expect(spec).toMatchObject({
      lab: null,
      notify: [],
      ownServers: {pager: {kind: 'webhook', node: 'host', port: 9999, own: {address: '127.0.0.1'}}},
    })
    expect(spec.expect.map(({text}) => text)).toContain('pager.incidents == 3')
    expect((await load('bonding-alert-arrives', {})).spec.notify).toHaveLength(1)
  })

  it('can be a WebRTC app: what tells of its call, and where its media go', async () => {
    const call = 'http://127.0.0.1:9000/call'
    const {spec} = await load('webrtc-ice-restart', {call, media: '192.0.2.7'})
    expect(spec.targets.map(({name, url}) => [name, url])).toEqual([['restarting', call]])
    expect(spec.faults['cut']?.scope).toEqual({to: '192.0.2.7'})
    expect(spec.expect.map(({text}) => text)).toEqual([
      'restarting.detection < 2s',
      'restarting.downtime < 6s',
      'restarting.state == connected (during cut)',
      'restarting.state == connected',
    ])
  })

  it('is asked for what is to be hit where only the lab has that', async () => {
    const missing = await load('webrtc-short-blackout', {call: 'http://127.0.0.1:9000/'}).catch(
      (error: unknown) => error,
    )
    expect(isUserError(missing) && missing.problems).toMatchObject([
      {
        code: 'USAGE_INVALID',
        message: expect.stringContaining('hits bob.wifi of the lab') as string,
        advice: [expect.stringContaining('--set media=ADDRESS') as string],
      },
    ])
  })

  it('watches a control of the user', async () => {
    const {spec, warnings} = await load('partition', {target: '10.0.0.2:8443', control: '10.0.0.3:22'})
    expect(spec.targets.find(({role}) => role === 'control')?.url).toBe('tcp://10.0.0.3:22')
    expect(warnings).toEqual([])
  })

  it('hits all addresses of a name', async () => {
    const {spec} = await load('partition', {target: 'https://api.example:8443/health'})
    const lookup = async () => [
      {address: '192.0.2.1', family: 4} as const,
      {address: '2001:db8::1', family: 6} as const,
    ]
    const resolved = await resolveScopeHosts(spec, {lookup})
    expect(resolved.faults['split']?.scope).toEqual({to: '192.0.2.1,2001:db8::1', port: 8443})
  })

  it('hits so many of the destinations, the same for the same seed, and each name with all its addresses', async () => {
    const {spec} = await load('partition', {target: 'https://api.example:8443/health'})
    const all = ['a.example', 'b.example', '192.0.2.9', 'c.example']
    const picked = (seed: number): string | undefined => {
      const faults = {split: {kind: 'partition', scope: {to: all.join(','), pick: 2}}}
      return pickScopes({...spec, faults}, seededRandom(seed)).faults['split']?.scope?.to
    }
    expect(picked(1)).toBe(picked(1))
    expect(picked(1)?.split(',')).toHaveLength(2)
    expect(new Set(Array.from({length: 20}, (_, seed) => picked(seed))).size).toBeGreaterThan(2)
    const faults = {split: {kind: 'partition', scope: {to: 'a.example,192.0.2.9', pick: 2}}}
    const lookup = async () => [{address: '192.0.2.1', family: 4} as const]
    const resolved = await resolveScopeHosts(pickScopes({...spec, faults}, seededRandom(1)), {lookup})
    expect(resolved.faults['split']?.scope).toEqual({to: '192.0.2.1,192.0.2.9'})
  })

  it('wants every target of its own', async () => {
    const error: unknown = await load('demo', {target: '10.0.0.2:443'}).catch((caught: unknown) => caught)
    expect(isUserError(error) && error.problems[0]).toMatchObject({
      code: 'USAGE_INVALID',
      advice: ['give --set names=HOST:PORT as well'],
    })
  })

  it('stays in its lab while only other variables are set', async () => {
    const {spec} = await load('partition', {})
    expect(spec.lab?.nodes).toContain('server')
    expect(spec.faults['split']?.scope).toMatchObject({from: 'client', to: 'api'})
  })
})
