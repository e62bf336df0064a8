/** `proxy`: what only a userspace proxy between client and server can do to single connections. */
import * as z from 'zod'
import {UserError} from '../../core/errors.ts'
import type {ProxyEffect} from '../../core/proxy-effects.ts'
import {type BitsPerSecond, type Millis, formatDuration, formatRate} from '../../core/units.ts'
import {durationSchema, rateSchema} from '../../config/quantities.ts'
import type {ExpectedEffect, FaultScope} from '../fault.ts'
import type {PlannedKind} from '../kind.ts'
import {needProxy} from '../need-proxy.ts'
import {REFUSE, RESET, STALL, delayEffects, rateEffects} from '../proxy-effects.ts'
import {scopeSchema} from '../scope-schema.ts'
import type {Blueprint, Situation} from '../situation.ts'
import {type ToxicText, describeToxic, effectOfToxics, toxicEffect, toxicsSchema} from './proxy-toxics.ts'

export const proxySchema = z.strictObject({
  kind: z.literal('proxy'),
  latency: durationSchema.optional().describe('added to each direction'),
  jitter: durationSchema.optional().describe('uniform, around the latency; the order of bytes is kept'),
  bandwidth: rateSchema.optional().describe('limit of each direction'),
  refuse: z.boolean().optional().describe('new connections are refused'),
  reset: z.boolean().optional().describe('live connections get an RST, and so do new ones'),
  blackhole: z.boolean().optional().describe('nothing passes and nothing is closed'),
  toxics: toxicsSchema.optional().describe('anything that `netdrill proxy --toxic` can do, in this order'),
  scope: scopeSchema.optional(),
})
export interface ProxySpec {
  readonly kind: 'proxy'
  readonly latency?: Millis | undefined
  readonly jitter?: Millis | undefined
  readonly bandwidth?: BitsPerSecond | undefined
  readonly refuse?: boolean | undefined
  readonly reset?: boolean | undefined
  readonly blackhole?: boolean | undefined
  readonly toxics?: readonly ToxicText[] | undefined
  readonly scope?: FaultScope | undefined
}

export const proxy: PlannedKind<ProxySpec> = {
  kind: 'proxy',
  summary: 'delay, throttle, refuse, reset, cut or stall the connections through a proxy; no rights needed',
  example: 'netdrill fault apply proxy --proxy 127.0.0.1:8443=10.0.0.2:443 --latency 100ms --for 1m',
  needs: [[]],
  schema: proxySchema,
  proxyOnly: true,
  needsDevice: false,
  shapes: false,
  plan: planProxy,
}

function planProxy(spec: ProxySpec, situation: Situation): Blueprint {
  checkSense(spec)
  const toxics = (spec.toxics ?? []).map((text) =>
    toxicEffect(text, spec.scope?.protocol === 'udp' ? 'udp' : 'tcp'),
  )
  const words = [...describe(spec), ...toxics.map(describeToxic)].join(', ')
  if (words === '') {
    throw new UserError({
      code: 'CONFIG_EMPTY',
      message:
        'the proxy fault asks for nothing: give latency, bandwidth, refuse, reset, blackhole or toxics',
    })
  }
  needProxy(situation, words)
  return {
    backend: 'proxy',
    because: 'the kind acts on single connections, which only a proxy sees',
    words,
    effect: {...effectOfToxics(toxics), ...effectOf(spec)},
    warnings: [],
    notes: spec.latency === undefined ? [] : ['the TCP handshake with the proxy itself is not delayed'],
    effects: [...effectsOf(spec), ...toxics],
  }
}

function checkSense({latency = 0, jitter, blackhole, refuse, reset}: ProxySpec): void {
  if (blackhole && (refuse || reset)) {
    throw new UserError({
      code: 'USAGE_INVALID',
      message: 'blackhole closes nothing, refuse and reset do: choose one',
    })
  }
  if (jitter !== undefined && jitter > latency) {
    throw new UserError({
      code: 'USAGE_INVALID',
      message: `a jitter of ${formatDuration(jitter)} around a latency of ${formatDuration(latency)} would need negative waits`,
    })
  }
}

function effectsOf(spec: ProxySpec): readonly ProxyEffect[] {
  return [
    ...delayEffects(spec.latency ?? 0, spec.jitter ?? 0),
    ...rateEffects(spec.bandwidth),
    ...(spec.refuse ? REFUSE : []),
    ...(spec.reset ? RESET : []),
    ...(spec.blackhole ? STALL : []),
  ]
}

function effectOf({latency, jitter = 0, bandwidth, refuse, reset, blackhole}: ProxySpec): ExpectedEffect {
  if (blackhole) return {blocked: 'drop'}
  if (refuse || reset) return {blocked: 'reject'}
  return {
    ...(latency === undefined ? {} : {rtt: proxyRoundTrip(latency, jitter)}),
    ...(bandwidth === undefined ? {} : {rate: bandwidth}),
  }
}

/** Both directions together: two independent uniform jitters add their variances. */
export function proxyRoundTrip(
  latency: Millis,
  jitter: Millis,
): {readonly mean: Millis; readonly spread: Millis} {
  return {mean: 2 * latency, spread: Math.sqrt(2) * (jitter / Math.sqrt(3))}
}

function describe({latency, jitter, bandwidth, refuse, reset, blackhole}: ProxySpec): readonly string[] {
  return [
    latency === undefined ? '' : `${formatDuration(latency)} latency each way`,
    jitter === undefined ? '' : `±${formatDuration(jitter)} jitter`,
    bandwidth === undefined ? '' : `${formatRate(bandwidth)} each way`,
    refuse ? 'connections refused' : '',
    reset ? 'connections reset' : '',
    blackhole ? 'black hole' : '',
  ].filter((part) => part !== '')
}
