/** The shape of a journal line, as a schema: published as `schemas/journal.json`, used by the reader and by tests. */
import * as z from 'zod'
import {failure, millis, reading, skipReason} from '../../config/outcome-schema.ts'
import {addedFault, figure, proof, run, target} from './shapes.ts'
import {ALERT_STATES} from '../../core/alert-events.ts'
import {BREAKER_PHASES} from '../../core/guard-events.ts'
import {LINK_CAUSES, MPTCP_MODES} from '../../core/network-events.ts'
import {NETWORK_CHANGES} from '../../core/network-port.ts'
import {DENIAL_CODES} from '../../core/outcome.ts'
import {STRATEGY_NAMES, STRATEGY_RESULTS} from '../../core/strategy-events.ts'
import {TOLD_STATES} from '../../core/webhook-events.ts'
import {GROUP_LINES} from './group-lines.ts'
import {line} from './line.ts'
import {PEER_LINES} from './peer-lines.ts'

const state = z.enum([
  'idle',
  'connecting',
  'connected',
  'degraded',
  'suspect',
  'reconnecting',
  'exhausted',
  'failed',
  'disconnected',
])

const outcome = z.discriminatedUnion('status', [
  z.strictObject({status: z.literal('ok'), reading, took: millis}),
  z.strictObject({status: z.literal('failed'), failure, partial: reading, took: millis}),
  z.strictObject({
    status: z.literal('skipped'),
    because: skipReason,
  }),
])

const labels = z.record(z.string(), z.string())

const alertRule = z.strictObject({
  name: z.string(),
  expr: z.string(),
  for: millis,
  keepFiringFor: millis,
  labels,
})

const text = z.string()

const duplex = z.enum(['full', 'half'])
const bond = z.strictObject({
  mode: text,
  active: text.nullable(),
  primary: text.nullable().optional(),
  monitor: z.enum(['mii', 'arp']).nullable().optional(),
  members: z.array(
    z.strictObject({
      device: text,
      state: text,
      up: z.boolean(),
      mii: text.optional(),
      failures: z.number(),
      speed: z.number().nullable().optional(),
      duplex: duplex.nullable().optional(),
    }),
  ),
})
const subflow = {target: text, token: text, local: text, remote: text, because: text}

/** One journal line; the first line of a journal is `run-started`. */
export const journalLineSchema = z.discriminatedUnion('type', [
  line('run-started', {run}),
  line('target-added', {target}),
  line('target-removed', {target: z.string()}),
  line('fault-added', {fault: addedFault}),
  line('phase-started', {
    phase: z.enum(['setup', 'baseline', 'inject', 'observe', 'recover', 'cleanup']),
    ends: millis.nullable(),
  }),
  line('sample', {
    target: text,
    sample: z.strictObject({seq: z.number().int(), sentAt: millis, outcome, lag: millis.optional()}),
  }),
  line('attempt-scheduled', {
    target: text,
    attempt: z.number().int(),
    phase: text,
    due: millis,
    because: text,
  }),
  line('attempt', {
    target: text,
    attempt: z.number().int(),
    phase: text,
    took: millis,
    failure: failure.nullable(),
  }),
  line('attempt-denied', {
    target: text,
    attempt: z.number().int(),
    phase: text,
    code: z.enum(DENIAL_CODES),
    until: millis.nullable(),
    because: text,
  }),
  line('strategy-step', {
    target: text,
    attempt: z.number().int().nullable(),
    strategy: z.enum(STRATEGY_NAMES),
    result: z.enum(STRATEGY_RESULTS),
    text,
  }),
  line('breaker-changed', {
    target: text,
    from: z.enum(BREAKER_PHASES),
    to: z.enum(BREAKER_PHASES),
    until: millis.nullable(),
    because: text,
  }),
  line('state-changed', {target: text, from: state, to: state, because: text}),
  ...GROUP_LINES,
  ...PEER_LINES,
  line('own-network', {suspected: z.boolean(), because: text}),
  line('flapping', {target: text, flapping: z.boolean(), penalty: z.number()}),
  line('network-changed', {
    what: z.enum(NETWORK_CHANGES),
    device: text.nullable(),
    subject: text,
    usable: z.boolean().optional(),
  }),
  line('link-lost', {
    target: text,
    device: text.nullable(),
    cause: z.enum(LINK_CAUSES),
    because: text,
  }),
  line('link-restored', {target: text, device: text.nullable(), because: text}),
  line('interface-seen', {
    interface: z.strictObject({
      device: text,
      packets: z.number(),
      errors: z.number(),
      dropped: z.number(),
      carrierChanges: z.number(),
      speed: z.number().optional(),
      duplex: duplex.optional(),
      bond: bond.optional(),
    }),
  }),
  line('interface-warning', {device: text, active: z.boolean(), because: text}),
  line('bond-switched', {
    device: text,
    mode: text,
    from: text.nullable(),
    to: text.nullable(),
    because: text,
  }),
  line('bond-member', {device: text, member: text, up: z.boolean(), failures: z.number(), because: text}),
  line('bond-used', {device: text, targets: z.array(text)}),
  line('mptcp-changed', {
    target: text,
    from: z.enum(MPTCP_MODES).nullable(),
    to: z.enum(MPTCP_MODES),
    token: text.nullable(),
    because: text,
    trigger: text.nullable(),
    retryIn: millis.nullable(),
  }),
  line('subflow-lost', {...subflow, cause: z.enum(['stalled', 'closed'])}),
  line('subflow-returned', subflow),
  line('early-warning', {target: text, active: z.boolean(), because: text}),
  line('alert-rule-added', {rule: alertRule}),
  line('alert-rule-removed', {rule: text}),
  line('alert-rule-failed', {rule: text, because: text}),
  line('alert', {
    rule: text,
    labels,
    state: z.enum(ALERT_STATES),
    since: millis,
    value: z.union([z.number(), z.string()]),
    annotations: labels,
  }),
  line('notified', {
    receiver: text,
    about: text,
    result: z.enum(['delivered', 'failed', 'dropped']),
    attempts: z.number().int(),
    because: text,
  }),
  line('webhook-added', {webhook: text, url: text}),
  line('webhook-received', {
    webhook: text,
    path: text,
    incidents: z.array(z.strictObject({key: text, name: text, state: z.enum(TOLD_STATES)})),
  }),
  line('fault-applied', {fault: text, took: millis, until: millis, readback: text}),
  line('fault-measured', {fault: text, proofs: z.array(proof)}),
  line('fault-removed', {
    fault: text,
    took: millis,
    because: z.enum(['ended', 'abort', 'expired', 'error']),
    restored: z.boolean(),
  }),
  line('fault-failed', {fault: text, because: text}),
  line('reply-extra', {
    target: text,
    seq: z.number().int(),
    kind: z.enum(['duplicate', 'late']),
    rtt: millis,
  }),
  line('slot-missed', {target: text, seq: z.number().int(), because: text}),
  line('observer-gap', {length: millis, because: text, since: millis.optional()}),
  line('notice', {level: z.enum(['info', 'warning', 'error']), code: text.nullable(), text}),
  line('abort-requested', {because: text}),
  line('expectation', {text, met: z.boolean().nullable(), actual: text}),
  line('target-judged', {
    target: text,
    verdict: z.enum(['pass', 'fail', 'skipped', 'interrupted']),
    flaky: z.boolean(),
    attempts: z.number().int(),
    checks: z.number().int(),
    reason: z.strictObject({code: text, text}).nullable(),
    expectations: z.array(z.strictObject({condition: text, met: z.boolean().nullable(), text})),
  }),
  line('budget', {
    subject: text,
    text,
    unit: z.enum(['ratio', 'count']),
    allowed: z.number(),
    used: z.number().nullable(),
    met: z.boolean().nullable(),
    actual: text,
  }),
  line('figures', {figures: z.array(figure)}),
  line('verdict', {
    verdict: z.enum(['pass', 'fail', 'inconclusive', 'aborted', 'leftovers', 'error']),
    reasons: z.array(text),
    exit: z.number().int(),
  }),
  line('run-ended', {journal: text.nullable()}),
])
