/** `clock`: a program runs with another time, for as long as the fault lasts. Nobody else's clock is touched. */
import * as z from 'zod'
import type {Capability} from '../../core/capabilities.ts'
import {UserError} from '../../core/errors.ts'
import {type Millis, formatDuration, parseDuration} from '../../core/units.ts'
import {hasAll, missingError} from '../choose-backend.ts'
import type {FaultScope} from '../fault.ts'
import {HOLDER_NOTE, holdStep} from '../hold-act.ts'
import type {PlannedKind} from '../kind.ts'
import {scopeSchema} from '../scope.ts'
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

function planClock({offset, clock: which, command}: ClockSpec, situation: Situation): Blueprint {
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
  const seconds = offset / 1000
  return {
    backend: 'holder',
    because: HOLDER_NOTE,
    words,
    effect: {},
    warnings: [],
    notes: [
      ...LIMITS[which],
      'the program ends with the fault, with all that it has started; its output goes nowhere',
    ],
    act: {
      steps: holdStep(id, 'the program runs', 'the program is started with the moved clock'),
      hit: [`hit: ${command.join(' ')}`, 'not hit: every other program'],
      trace: {type: 'held', id},
      work: {
        type: 'run',
        words:
          which === 'wall'
            ? ['faketime', '-f', `${seconds < 0 ? '' : '+'}${seconds}s`, ...command]
            : [
                'unshare',
                '--time',
                '--monotonic',
                String(seconds),
                '--boottime',
                String(seconds),
                '--fork',
                '--',
                ...command,
              ],
        env: which === 'wall' ? {FAKETIME_DONT_FAKE_MONOTONIC: '1', DONT_FAKE_MONOTONIC: '1'} : {},
      },
    },
  }
}
