/** `proxy`: what only a userspace proxy between client and server can do to single connections. */
import * as z from 'zod'
import type {ProxyImpairment} from '../../core/agent.ts'
import {UserError} from '../../core/errors.ts'
import {EXIT} from '../../core/exit-codes.ts'
import {type BitsPerSecond, type Millis, formatDuration, formatRate} from '../../core/units.ts'
import {durationSchema, rateSchema} from '../../config/quantities.ts'
import type {ExpectedEffect, FaultScope} from '../fault.ts'
import type {PlannedKind} from '../kind.ts'
import {scopeSchema} from '../scope.ts'
import type {Blueprint, Situation} from '../situation.ts'

export const proxySchema = z.strictObject({
  kind: z.literal('proxy'),
  latency: durationSchema.optional().describe('added to each direction'),
  jitter: durationSchema.optional().describe('uniform, around the latency; the order of bytes is kept'),
  bandwidth: rateSchema.optional().describe('limit of each direction'),
  refuse: z.boolean().optional().describe('new connections are refused'),
  reset: z.boolean().optional().describe('live connections get an RST, and so do new ones'),
  blackhole: z.boolean().optional().describe('nothing passes and nothing is closed'),
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
  readonly scope?: FaultScope | undefined
}

export const proxy: PlannedKind<ProxySpec> = {
  kind: 'proxy',
  summary: 'delay, throttle, refuse, reset or swallow the connections through a proxy; no rights needed',
  example: 'netdrill fault apply proxy --proxy 127.0.0.1:8443=10.0.0.2:443 --latency 100ms --for 1m',
  needs: [[]],
  schema: proxySchema,
  needsDevice: false,
  shapes: false,
  plan: planProxy,
}

function planProxy(spec: ProxySpec, situation: Situation): Blueprint {
  const impairment = toImpairment(spec)
  const words = describe(impairment)
  if (words === '') {
    throw new UserError({
      code: 'CONFIG_EMPTY',
      message: 'the proxy fault asks for nothing: give latency, bandwidth, refuse, reset or blackhole',
    })
  }
  if (impairment.blackhole && (impairment.refuse || impairment.reset)) {
    throw new UserError({
      code: 'USAGE_INVALID',
      message: 'blackhole closes nothing, refuse and reset do: choose one',
    })
  }
  if (impairment.jitter !== undefined && impairment.jitter > (impairment.latency ?? 0)) {
    throw new UserError({
      code: 'USAGE_INVALID',
      message: `a jitter of ${formatDuration(impairment.jitter)} around a latency of ${formatDuration(impairment.latency ?? 0)} would need negative waits`,
    })
  }
  if (!situation.proxy) {
    throw new UserError(
      {
        code: 'CAPABILITY_MISSING',
        message: `the fault "${words}" needs a proxy in front of the target, and there is none`,
        advice: [
          'on the command line: --proxy LISTEN=UPSTREAM, and point the client to LISTEN',
          'in a lab: proxy: true at the server',
        ],
      },
      EXIT.capability,
    )
  }
  return {
    backend: 'proxy',
    because: 'the kind acts on single connections, which only a proxy sees',
    words,
    effect: effectOf(impairment),
    warnings: [],
    notes: impairment.latency === undefined ? [] : ['the TCP handshake with the proxy itself is not delayed'],
    impairment,
  }
}

function toImpairment({kind: _kind, scope: _scope, ...rest}: ProxySpec): ProxyImpairment {
  return Object.fromEntries(
    Object.entries(rest).filter(([, value]) => value !== undefined && value !== false),
  )
}

function effectOf(impairment: ProxyImpairment): ExpectedEffect {
  if (impairment.blackhole) return {blocked: 'drop'}
  if (impairment.refuse || impairment.reset) return {blocked: 'reject'}
  return {
    ...(impairment.latency === undefined
      ? {}
      : {rtt: proxyRoundTrip(impairment.latency, impairment.jitter ?? 0)}),
    ...(impairment.bandwidth === undefined ? {} : {rate: impairment.bandwidth}),
  }
}

/** Both directions together: two independent uniform jitters add their variances. */
export function proxyRoundTrip(
  latency: Millis,
  jitter: Millis,
): {readonly mean: Millis; readonly spread: Millis} {
  return {mean: 2 * latency, spread: Math.sqrt(2) * (jitter / Math.sqrt(3))}
}

function describe(impairment: ProxyImpairment): string {
  const {latency, jitter, bandwidth} = impairment
  const parts = [
    latency === undefined ? '' : `${formatDuration(latency)} latency each way`,
    jitter === undefined ? '' : `±${formatDuration(jitter)} jitter`,
    bandwidth === undefined ? '' : `${formatRate(bandwidth)} each way`,
    impairment.refuse ? 'connections refused' : '',
    impairment.reset ? 'connections reset' : '',
    impairment.blackhole ? 'black hole' : '',
  ]
  return parts.filter((part) => part !== '').join(', ')
}
