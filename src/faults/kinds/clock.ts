/** `clock`: a program runs with another time, for as long as the fault lasts. Nobody else's clock is touched. */
import * as z from 'zod'
import type {Capability} from '../../core/capabilities.ts'
import {UserError} from '../../core/errors.ts'
import {EXIT} from '../../core/exit-codes.ts'
import {HOST} from '../../core/place.ts'
import {type Millis, formatDuration, parseDuration} from '../../core/units.ts'
import {hasAll, missingError} from '../choose-backend.ts'
import type {FaultScope} from '../fault.ts'
import {HOLDER_NOTE, holdStep} from '../hold-act.ts'
import type {PlannedKind} from '../kind.ts'
import {scopeSchema} from '../scope-schema.ts'
import type {Blueprint, Situation} from '../situation.ts'

export const clockSchema = z.strictObject({
  kind: z.literal('clock'),
  offset: z
    .string()
    .transform((text, context) => {
      const [, sign = '+', rest = ''] = /^([+-]?)(.*)$/s.exec(text.trim()) ?? []
      const parsed = parseDuration(rest)
      if (parsed.ok) return sign === '-' ? -parsed.value : parsed.value
      context.addIssue({
        code: 'custom',
        message: `an offset is a duration with or without a sign: ${parsed.because}`,
      })
      return z.NEVER
    })
    .describe('how far its clock is ahead (+90d) or behind (-5m)'),
  clock: z
    .enum(['wall', 'monotonic'])
    .default('wall')
    .describe('wall: the time of day, by libfaketime; monotonic: the time since boot, by a time namespace'),
  command: z.array(z.string()).min(1).describe('the program and its arguments, each by itself'),
  scope: scopeSchema.optional(),
})
export interface ClockSpec {
  readonly kind: 'clock'
  readonly offset: Millis
  readonly clock: 'wall' | 'monotonic'
  readonly command: readonly string[]
  readonly scope?: FaultScope | undefined
}

const WALL: readonly Capability[] = ['linux', 'faketime']
const MONOTONIC: readonly Capability[] = ['linux', 'time-namespaces']

export const clock: PlannedKind<ClockSpec> = {
  kind: 'clock',
  summary: 'run a program whose clock is ahead or behind; no other clock is touched',
  example: 'netdrill fault plan clock --offset +90d --command curl --command https://10.0.0.2/',
  needs: [WALL, MONOTONIC],
  schema: clockSchema,
  needsDevice: false,
  shapes: false,
  names: true,
  look: async ({clock: which}, {tools}) => {
    if (which !== 'wall') return null
    // Its own program knows where the library is, and puts it where every program finds it.
    const {stdout} = await tools.run(HOST, {type: 'exec', file: 'faketime', args: ['-f', '+0s', 'env']})
    const path = /^LD_PRELOAD=(\S+)$/m.exec(stdout)?.[1]
    return path === undefined ? null : {type: 'library', path}
  },
  plan: planClock,
}

const LIMITS = {
  wall: [
    'libfaketime is loaded into the program and answers its questions about the time of day; timers run as always',
    'a program without a C library (some written in Go) or with more rights than its caller is not deceived',
  ],
  monotonic: [
    'the time since boot is moved (CLOCK_MONOTONIC and CLOCK_BOOTTIME), for the program and what it starts',
    'the time of day can not be moved so: the kernel has no namespace for it',
  ],
} as const

function planClock(spec: ClockSpec, situation: Situation): Blueprint {
  const {offset, clock: which, command} = spec
  const {id, scope} = situation
  if (scope.to.length + scope.from.length > 0 || scope.port !== null || scope.protocol !== null) {
    throw new UserError({
      code: 'USAGE_INVALID',
      message: 'a clock has no addresses or ports: the scope takes a place only',
    })
  }
  const needs = which === 'wall' ? WALL : MONOTONIC
  const words = `${command[0] ?? ''} runs with its ${which} clock ${formatDuration(Math.abs(offset))} ${offset < 0 ? 'behind' : 'ahead'}`
  if (!hasAll(situation, needs)) throw missingError(situation, `the fault "${words}"`, [needs])
  if (which === 'monotonic' && offset % 1000 !== 0) {
    throw new UserError({code: 'USAGE_INVALID', message: 'a time namespace takes whole seconds'})
  }
  return {
    backend: 'holder',
    because: HOLDER_NOTE,
    words,
    effect: {},
    warnings: [],
    notes: [
      ...LIMITS[which],
      'the program ends with the fault, and what it has started in its process group; its output goes nowhere',
    ],
    act: {
      steps: holdStep(id, 'the program runs', 'the program is started with the moved clock'),
      hit: [`hit: ${command.join(' ')}`, 'not hit: every other program'],
      trace: {type: 'held', id},
      work: {type: 'run', ...runOf(spec, situation)},
    },
  }
}

/** libfaketime reads the environment; a time namespace is made by unshare(1). */
function runOf(
  {offset, clock: which, command}: ClockSpec,
  {sight}: Situation,
): {readonly words: readonly string[]; readonly env: Readonly<Record<string, string>>} {
  const seconds = String(offset / 1000)
  if (which === 'monotonic') {
    const flags = ['--time', '--monotonic', seconds, '--boottime', seconds, '--fork', '--kill-child']
    return {words: ['unshare', ...flags, '--', ...command], env: {}}
  }
  if (sight?.type !== 'library') {
    throw new UserError(
      {
        code: 'CAPABILITY_MISSING',
        message: 'faketime does not tell where its library is',
        advice: ['apt-get install faketime'],
      },
      EXIT.capability,
    )
  }
  const env = {
    LD_PRELOAD: sight.path,
    FAKETIME: `${offset < 0 ? '' : '+'}${seconds}s`,
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
  }
  return {words: command, env}
}
