import {describe, expect, it} from 'vitest'
import type {LintContext, LintFinding} from '../../../../src/policies/lint/finding.ts'
import {lintPolicies} from '../../../../src/policies/lint/lint.ts'
import type {Policy} from '../../../../src/policies/policy.ts'
import {PRESETS} from '../../../../src/policies/presets/index.ts'
import {type ResolvedPolicy, resolvePolicy} from '../../../../src/policies/resolve.ts'
import {makePolicy, phase} from '../support.ts'

const ALERT = {name: 'ConnectionFailures', condition: 'rate(netdrill_connection_failures_total[5m]) > 0.1'}

function lint(policies: readonly ResolvedPolicy[], more: Partial<LintContext> = {}): readonly LintFinding[] {
  return lintPolicies({policies, alerts: [], detection: null, ...more})
}

function ofPolicy(settings: Partial<Policy>): readonly LintFinding[] {
  const jitter = {mode: 'width', factor: 0.2} as const
  return lint([
    {
      policy: makePolicy({jitter, attemptTimeout: 1000, ...settings}),
      origins: [],
      summary: null,
      source: null,
    },
  ])
}

const codes = (findings: readonly LintFinding[]): readonly string[] => findings.map(({code}) => code)

describe('the presets', () => {
  it.each(PRESETS.map(({name}) => name))('%s has no error and no warning', (name) => {
    const bad = lint([resolvePolicy(name)]).filter(({severity}) => severity !== 'info')
    expect(bad).toEqual([])
  })

  it.each([
    ['default', '4s'],
    ['webrtc', '2s'],
    ['dht-bootstrap', '16s'],
    ['dht-peer', '2s'],
    ['conservative', '4m'],
  ])('%s never reaches its cap: its longest wait is %s', (name, longest) => {
    const finding = lint([resolvePolicy(name)]).find(({code}) => code === 'LINT_CAP_UNREACHED')
    expect(finding?.reason).toContain(`the longest wait is ${longest}`)
  })

  it('webrtc and dht-peer attempt at the same times', () => {
    const findings = lint([resolvePolicy('webrtc'), resolvePolicy('dht-peer')])
    const twin = findings.find(({code}) => code === 'LINT_SAME_SCHEDULE')
    expect(twin).toMatchObject({policy: 'dht-peer', severity: 'info'})
    expect(twin?.reason).toContain('webrtc')
    expect(twin?.fix).toContain('jitter and a cap that is never reached')
  })

  it.each([
    ['tunnel-client', '0.0233/s'],
    ['high-availability', '0.0333/s'],
  ])('%s can not raise an alert at 0.1/s: its most is %s', (name, most) => {
    const finding = lint([resolvePolicy(name)], {alerts: [ALERT]}).find(
      ({code}) => code === 'LINT_ALERT_UNREACHABLE',
    )
    expect(finding?.severity).toBe('warning')
    expect(finding?.reason).toContain(most)
  })

  it('an alert within a tenth of the bound is not called unreachable, since rate() extrapolates', () => {
    const near = {...ALERT, condition: 'rate(netdrill_connection_failures_total[5m]) > 0.025'}
    expect(codes(lint([resolvePolicy('tunnel-client')], {alerts: [near]}))).not.toContain(
      'LINT_ALERT_UNREACHABLE',
    )
  })

  it('a promised detection time turns the note about it into a warning', () => {
    const severities = [95_000, 94_000].map(
      (detection) =>
        lint([resolvePolicy('tunnel-client')], {detection}).find(({code}) => code === 'LINT_DETECTION_TIME')
          ?.severity,
    )
    expect(severities).toEqual(['info', 'warning'])
  })
})

describe('a rule', () => {
  it.each([
    ['an endless ladder', {strategies: {authentication: 'backoff'}}, 'error', 'strategies'],
    [
      'a ladder that ends',
      {strategies: {authentication: 'backoff'}, maxAttempts: 20},
      'warning',
      'strategies',
    ],
    ['one code', {retryOn: ['TLS_CERT_EXPIRED']}, 'error', 'retry_on'],
    ['one detail', {retryOn: ['authentication.certificate']}, 'error', 'retry_on'],
  ] as const)('takes retried authentication for what it is: %s', (_, settings, severity, key) => {
    const found = ofPolicy(settings).find(({code}) => code === 'LINT_AUTHENTICATION_RETRIED')
    expect(found).toMatchObject({severity, key})
  })

  it.each([
    [{strategies: {authentication: 'once'}}],
    [{strategies: {authentication: 'never'}}],
    [{retryOn: ['authentication'], neverOn: ['authentication']}],
    [{retryOn: ['network.refused']}],
  ] as const)('leaves %j alone', (settings) => {
    expect(codes(ofPolicy(settings))).not.toContain('LINT_AUTHENTICATION_RETRIED')
  })

  it('takes one retry without a wait for a warning, several for an error, and says how many', () => {
    const of = (attempts: number): LintFinding | undefined =>
      ofPolicy({
        phases: [phase('immediate', {attempts, interval: 0}), phase('persistent', {attempts: null})],
      }).find(({code}) => code === 'LINT_ZERO_WAIT')
    expect(of(1)?.severity).toBe('warning')
    expect(of(1000)).toMatchObject({
      severity: 'error',
      reason: expect.stringContaining('1001 attempts') as unknown,
    })
  })

  it('takes a long phase for what it is, not for the end of the ladder', () => {
    const gradual = phase('gradual', {attempts: 1000, interval: 1000, multiplier: 2, maxInterval: 60_000})
    const found = ofPolicy({
      phases: [
        phase('immediate', {attempts: 1000, interval: 2000}),
        gradual,
        phase('persistent', {attempts: null, interval: 90_000}),
      ],
    })
    expect(codes(found)).toEqual([])
  })

  it('tells which phase the deadline takes away, and leaves alone a deadline that only ends the last one', () => {
    const at = (deadline: number): LintFinding | undefined =>
      ofPolicy({deadline}).find(({code}) => code === 'LINT_DEADLINE_CUTS')
    expect(at(1000)?.reason).toContain('the immediate and gradual and persistent phase')
    expect(at(1_000_000)?.reason).toContain('the persistent phase is never entered')
    expect(at(1_546_000)).toBeUndefined()
  })

  it('says that an endless phase hides what comes after it', () => {
    const endless = phase('gradual', {attempts: null, interval: 2000, multiplier: 2, maxInterval: 60_000})
    const found = ofPolicy({phases: [endless, phase('persistent', {attempts: null, interval: 60_000})]})
    expect(codes(found)).toContain('LINT_PHASE_UNREACHED')
  })

  it('finds a multiplier that a single attempt leaves no chance', () => {
    const gradual = phase('gradual', {attempts: 1, interval: 10_000, multiplier: 3, maxInterval: 60_000})
    const found = ofPolicy({phases: [gradual, phase('persistent', {attempts: null, interval: 60_000})]})
    expect(codes(found)).toEqual(['LINT_MULTIPLIER_IDLE'])
  })
})
