import {describe, expect, it} from 'vitest'
import {isUserError} from '../../../src/core/errors.ts'
import {loadCheck} from '../../../src/scenarios/check/load-check.ts'
import {loadDrill} from '../../../src/scenarios/load-drill.ts'
import type {CheckTarget} from '../../../src/scenarios/check/check-spec.ts'

const env = (): undefined => undefined

async function watchOf(text: string): Promise<CheckTarget['watch']> {
  const {targets} = await loadCheck([{file: 'netdrill.yaml', text}], {env, only: [], tags: []})
  if (!targets[0]) throw new Error('no target')
  return targets[0].watch
}

async function problemOf(text: string): Promise<string> {
  const error: unknown = await watchOf(text).catch((thrown: unknown) => thrown)
  if (!isUserError(error)) throw new Error(`loads, or breaks: ${String(error)}`)
  const [problem] = error.problems
  return `${problem?.position?.line}: ${problem?.message}`
}

const documentWith = (health: string, more = ''): string => `version: 1
${more}targets:
  a:
    url: tcp://192.0.2.1:443
    health: ${health}
`

describe('the pace of a watch', () => {
  it('is what the target says, then its document, then its policy, then the default', async () => {
    const text = `version: 1
defaults: {interval: 4s, policy: own, health: {rise: 3, jitter: 10%}}
policies:
  own: {health: {interval: 30s, timeout: 5s, fall: 7, rise: 9, fast_interval: 1s, jitter: 20%}}
targets:
  a: {url: 'tcp://192.0.2.1:443', timeout: 2s, health: {timeout: 1500ms, quality: {}}}
`
    expect(await watchOf(text)).toEqual({
      interval: 4000,
      timeout: 1500,
      fall: 7,
      rise: 3,
      health: {
        fastInterval: 1000,
        jitter: 0.1,
        quality: {
          maxRtt: 1000,
          maxLoss: 0.4,
          wellRtt: 500,
          wellLoss: 0.1,
          warnRtt: 500,
          warnLoss: 0.1,
          trend: 60_000,
        },
      },
    })
  })

  it('is that of a preset where nobody else says anything', async () => {
    const text = "version: 1\ntargets:\n  a: {url: 'tcp://192.0.2.1:443', policy: tunnel-client}\n"
    expect(await watchOf(text)).toEqual({interval: 30_000, timeout: 5000, fall: 3, rise: 2, health: {}})
  })

  it('leaves the pace of a check alone', async () => {
    const {targets} = await loadCheck(
      [{file: 'netdrill.yaml', text: documentWith('{interval: 30s, timeout: 9s}')}],
      {env, only: [], tags: []},
    )
    expect(targets[0]).toMatchObject({interval: 1000, timeout: 3000})
  })

  it('has every detector in figures', async () => {
    const health = `{slow_down: {}, phi: {}, inactive: 20s, hold: {degraded: 30s},
      quality: {fail: {rtt: 200ms}, warn: {rtt: 120ms}, trend: off, window: 20}}`
    expect((await watchOf(documentWith(health))).health).toEqual({
      slowDown: {after: 3, factor: 2, max: 300_000},
      phi: {threshold: 8, pause: 3000, minDeviation: 100, samples: 200},
      inactive: {after: 20_000, combine: 'any'},
      hold: {degraded: 30_000},
      quality: {maxRtt: 200, wellRtt: 100, warnRtt: 120, window: 20},
    })
  })

  it('is kept in a drill, whose policy has no say, but never slows down', async () => {
    const text = `version: 1
targets:
  a: {url: 'tcp://192.0.2.1:443', policy: tunnel-client, health: {interval: 200ms, slow_down: {}, jitter: 5%}}
faults: {f: {kind: partition, scope: {to: 192.0.2.1}}}
drill: {timeline: [{at: 1s, inject: f, for: 1s}], expect: []}
`
    const {spec} = await loadDrill({file: 'd.yaml', name: 'd', text, env})
    expect(spec.targets[0]).toMatchObject({
      interval: 200,
      timeout: 3000,
      fall: 2,
      rise: 1,
      health: {jitter: 0.05},
    })
    expect(spec.targets[0]?.health).not.toHaveProperty('slowDown')
  })
})

describe('mistakes in health', () => {
  it.each([
    ['{interval: 1s, fast_interval: 2s}', '5: fast_interval is above interval, so it would never be used'],
    ['{jitter: 60%}', '5: jitter is at most 50%'],
    ['{quality: {fail: {rtt: 100ms}, warn: {rtt: 200ms}}}', '5: rtt is above that of fail'],
    ['{quality: {fail: {rtt: 100ms}, recover: {loss: 1%}}}', '5: fail has no loss that this belongs to'],
    ['{hold: {connected: 5s}}', '5: unknown key "connected"'],
  ])('%s', async (health, problem) => {
    expect(await problemOf(documentWith(health))).toContain(problem)
  })

  it('tells an inactivity that every pause between two checks would reach', async () => {
    const problem = await problemOf(documentWith('{inactive: 5s}', 'defaults: {interval: 5s}\n'))
    expect(problem).toContain('inactive is 5s, and checks are up to 5s apart')
  })
})
