import {describe, expect, it} from 'vitest'
import * as z from 'zod'
import {loadDocument} from '../../../src/config/load.ts'
import {nameSchema} from '../../../src/config/quantities.ts'
import {isUserError} from '../../../src/core/errors.ts'
import {PRESETS} from '../../../src/policies/presets/index.ts'
import {type ResolvedPolicy, resolvePolicy} from '../../../src/policies/resolve.ts'
import {planSchedule} from '../../../src/policies/schedule.ts'
import {policySchema} from '../../../src/policies/schema.ts'

const schema = z.strictObject({policies: z.record(nameSchema, policySchema)})

/** Resolves policy `p` of a document whose policies are given as YAML. */
function resolve(yaml: string, name = 'p'): ResolvedPolicy {
  const text = `policies:\n${yaml.replaceAll(/^/gm, '  ')}`
  const document = loadDocument({file: 'test.yaml', text, schema})
  const {policies} = document.value
  return resolvePolicy(name, {file: 'test.yaml', policies, positionOf: document.positionOf})
}

function problemsOf(work: () => unknown): readonly string[] {
  try {
    work()
  } catch (error) {
    if (!isUserError(error)) throw error
    return error.problems.map(({code, message, position, advice}) =>
      [`${position?.line ?? 0}:${position?.column ?? 0} ${code} ${message}`, ...(advice ?? [])].join(' | '),
    )
  }
  return []
}

const starts = (resolved: ResolvedPolicy, attempts: number, duration = 0): readonly number[] =>
  planSchedule(resolved.policy, {duration, attempts}).rows.map((row) => row.start / 1000)

const originOf = (resolved: ResolvedPolicy, key: string): string | undefined =>
  resolved.origins.find((entry) => entry.key === key)?.origin

describe('the tunnel client words', () => {
  const TUNNEL = `
p:
  connection:
    timeout: 20s
    retry:
      immediate:
        attempts: 5
        interval: 2s
      gradual:
        attempts: 10
        base_interval: 15s
        max_interval: 300s
      persistent:
        enabled: true
        interval: 5m`

  it('are taken under connection, and the multiplier of 2 is implied', () => {
    const resolved = resolve(TUNNEL)
    expect(resolved.policy.attemptTimeout).toBe(20_000)
    expect(starts(resolved, 17)).toEqual([
      0, 2, 4, 6, 8, 10, 25, 55, 115, 235, 475, 775, 1075, 1375, 1675, 1975, 2275,
    ])
  })

  it('are taken without connection as well', () => {
    const bare = TUNNEL.replace('  connection:\n', '').replaceAll(/^ {4}/gm, '  ')
    expect(resolve(bare).policy).toEqual(resolve(TUNNEL).policy)
  })

  it('take connection.timeout alone', () => {
    expect(resolve('p: {connection: {timeout: 7s}}').policy.attemptTimeout).toBe(7000)
  })

  it('end after the gradual phase when persistent is switched off', () => {
    expect(
      resolve('p: {retry: {persistent: {enabled: false}}}').policy.phases.map((phase) => phase.name),
    ).toEqual(['immediate', 'gradual'])
  })

  it('take the fields of the connection pool', () => {
    const {policy} = resolve('p: {maxRetries: 2, retryInterval: 1s, maxBackoff: 60s, persistent: false}')
    expect(policy.phases).toMatchObject([
      {name: 'immediate', attempts: 2, interval: 1000},
      {name: 'gradual', maxInterval: 60_000},
    ])
  })
})

describe('the six keys of the retry framework', () => {
  it('are one phase of growing waits, with bare milliseconds', () => {
    const resolved = resolve(
      'p: {max_attempts: 5, initial_delay_ms: 500, max_delay_ms: 30000, backoff_multiplier: 2.0, jitter_factor: 0.1, reset_on_success: true}',
    )
    expect(starts(resolved, 20)).toEqual([0, 0.5, 1.5, 3.5, 7.5])
    expect(resolved.policy).toMatchObject({
      maxAttempts: 5,
      jitter: {mode: 'width', factor: 0.1},
      reset: {mode: 'on_success'},
    })
  })

  it('mean no limit by 0', () => {
    const {policy} = resolve('p: {max_attempts: 0, initial_delay_ms: 1000, max_delay_ms: 60000}')
    const schedule = planSchedule(policy, {duration: 0, attempts: 100})
    expect(schedule.rows).toHaveLength(100)
    expect(Math.max(...schedule.rows.map((row) => row.wait?.high ?? 0))).toBe(60_000)
  })

  it('mean by reset_on_success: false that the ladder is never given back', () => {
    expect(resolve('p: {reset_on_success: false}').policy.reset).toEqual({mode: 'never'})
  })

  it('take retries as max_attempts without the first', () => {
    expect(resolve('p: {retries: 3}').policy.maxAttempts).toBe(4)
  })

  it('refuse to try for ever without a wait', () => {
    expect(problemsOf(() => resolve('p: {max_attempts: 0, initial_delay_ms: 0}'))).toEqual([
      expect.stringContaining('CONFIG_INVALID policy p would try for ever without a wait'),
    ])
  })
})

describe('extends', () => {
  it('changes what is written and keeps the rest, with the origin of each', () => {
    const resolved = resolve('p: {extends: tunnel-client, timeout: 10s}')
    expect(originOf(resolved, 'timeout')).toBe('policy p (test.yaml)')
    expect(originOf(resolved, 'retry.gradual.attempts')).toBe('preset tunnel-client')
    expect(originOf(resolved, 'jitter.factor')).toBe('preset tunnel-client, our own figure')
    expect(originOf(resolved, 'delay_from')).toBe('default')
  })

  it('goes over several policies of the document', () => {
    const resolved = resolve(
      'a: {extends: b, timeout: 1s}\nb: {extends: conservative, deadline: 5m}\np: {extends: a}',
    )
    expect(resolved.policy).toMatchObject({attemptTimeout: 1000, deadline: 300_000})
    expect(starts(resolved, 20)).toEqual([0, 10, 20, 30, 90, 210, 299.9])
  })

  it('lets a policy extend the preset of its own name', () => {
    expect(
      resolve('tunnel-client: {extends: tunnel-client, timeout: 1s}', 'tunnel-client').policy.phases,
    ).toHaveLength(3)
  })

  it('drops the phases of what it extends when the ladder has another shape', () => {
    const {policy} = resolve('p: {extends: tunnel-client, initial_delay_ms: 100}')
    expect(policy.phases.map((phase) => phase.name)).toEqual(['gradual'])
    expect(policy.maxAttempts).toBe(5)
  })

  it('adds a limit to the phases of what it extends', () => {
    expect(starts(resolve('p: {extends: tunnel-client, max_attempts: 3}'), 20)).toEqual([0, 5, 10])
  })

  it('adds strategies to those below', () => {
    const {policy} = resolve('p: {strategies: {network.dns: once}}')
    expect(policy.strategies).toEqual({observer: 'repeat', 'network.dns': 'once'})
  })
})

describe('mistakes', () => {
  it.each([
    [
      'p: {extends: tunel-client}',
      '2:16 CONFIG_REFERENCE there is no policy "tunel-client" to extend | did you mean "tunnel-client"?',
    ],
    ['p: {extends: a}\na: {extends: p}', '3:16 CONFIG_INVALID policies extend each other: p → a → p'],
    [
      'p: {timeout: 3s, connection: {timeout: 4s}}',
      '2:42 CONFIG_INVALID connection.timeout says the same as timeout, which is there already | keep one of them',
    ],
    ['p: {max_attempts: 3, retries: 3}', 'CONFIG_INVALID retries says the same as max_attempts'],
    [
      'p: {initial_delay_ms: 5, retry: {immediate: {attempts: 1}}}',
      'initial_delay_ms and retry.immediate.attempts describe two different ladders',
    ],
    ['p: {timeout: 5}', '2:16 CONFIG_INVALID 5 has no unit: write 5ms or 5s'],
    ['p: {retry: {gradual: {base_interval: 60s, max_interval: 30s}}}', 'max_interval is below base_interval'],
    [
      'p: {retry: {immediat: {attempts: 1}}}',
      'CONFIG_UNKNOWN_KEY unknown key "immediat" | did you mean "immediate"?',
    ],
    ['p: {jitter: {mode: ful}}', 'did you mean "full"?'],
    ['p: {jitter_factor: 1.5}', '1.5 is too large: at most 1'],
    ['p: {initial_delay_ms: -1}', '-1 is too small: at least 0'],
    ['p: {initial_delay_ms: .nan}', 'CONFIG_INVALID'],
    ['p: {max_delay_ms: .inf}', 'CONFIG_INVALID'],
    ['p: {backoff_multiplier: 0.5}', '0.5 is too small: at least 1'],
    ['p: {strategies: {authentication: ladder}}', 'ladder would hammer a server that refuses us'],
    ['p: {strategies: {netwrok: never}}', 'did you mean "network"?'],
    ['p: {retry_on: [TCP_REFUSD]}', 'did you mean "TCP_REFUSED"?'],
  ])('%s', (yaml, expected) => {
    const problems = problemsOf(() => resolve(yaml))
    expect(problems).toHaveLength(1)
    expect(problems[0]).toContain(expected)
  })

  it('suggest a preset for an unknown name', () => {
    expect(problemsOf(() => resolvePolicy('webrct'))).toEqual([
      '0:0 POLICY_UNKNOWN there is no policy "webrct" | did you mean "webrtc"? | netdrill policy list shows the presets',
    ])
  })
})

describe('presets', () => {
  it.each([
    ['default', [0, 0.5, 1.5, 3.5, 7.5]],
    ['webrtc', [0, 1, 3]],
    ['dht-bootstrap', [0, 2, 6, 14, 30]],
    ['dht-peer', [0, 1, 3]],
    ['tunnel-client', [0, 5, 10, 15, 45, 105, 225, 465, 945, 1545]],
    ['high-availability', [0, 2, 4, 6, 8, 10, 25, 55, 115, 235, 475, 775, 1075, 1375, 1675, 1975, 2275]],
    ['conservative', [0, 10, 20, 30, 90, 210, 450]],
    ['bonding-app', [0, 1, 2, 3, 4, 5, 7, 11, 19, 35, 67, 127]],
    ['relay-fallback', [0, 60, 120, 180, 240, 360, 600, 900]],
    ['low-latency', [0, 30, 60, 90, 120, 180, 300, 540, 840]],
    ['high-latency', [0, 120, 240, 360, 480, 720, 1020]],
    ['mobile', [0, 60, 120, 180, 240, 360, 600, 900]],
    ['enterprise', [0, 60, 120, 180, 240, 360, 600, 900]],
    ['webrtc-health', [0, 5, 10, 15]],
  ])('%s starts its attempts at %j s', (name, expected) => {
    const {policy} = resolvePolicy(name)
    expect(planSchedule(policy, {duration: 0, attempts: null}).rows.map((row) => row.start / 1000)).toEqual(
      expected,
    )
  })

  it('all are in that table, and each has figures of a named source', () => {
    expect(PRESETS).toHaveLength(14)
    for (const preset of PRESETS) expect(preset.source.length).toBeGreaterThan(10)
  })

  it('of the bonding app are called our own, every one of them', () => {
    const given = resolvePolicy('bonding-app').origins.filter(({origin}) => origin !== 'default')
    expect(new Set(given.map(({origin}) => origin))).toEqual(new Set(['preset bonding-app, our own figure']))
  })

  it('differ in how often they check', () => {
    const intervals = ['relay-fallback', 'mobile', 'enterprise', 'webrtc-health'].map(
      (name) => resolvePolicy(name).policy.health?.interval,
    )
    expect(intervals).toEqual([30_000, 60_000, 15_000, 5000])
  })
})
