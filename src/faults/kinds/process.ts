/** `process`: a program hangs (SIGSTOP), dies, or is started again at the fault's end. */
import * as z from 'zod'
import type {Capability} from '../../core/capabilities.ts'
import {UserError} from '../../core/errors.ts'
import {hasAll, missingError} from '../choose-backend.ts'
import type {FaultScope, Step} from '../fault.ts'
import {findProcess} from '../find-process.ts'
import {ENDED_BY_GUARD} from '../guard-warning.ts'
import type {ProcessIdentity} from '../identity.ts'
import type {PlannedKind} from '../kind.ts'
import {type NamedProcess, nameOf, processShape, whichProcess} from '../process-shape.ts'
import {scopeSchema} from '../scope-schema.ts'
import type {ProcessFacts, Sight} from '../sight.ts'
import type {Act, Blueprint, Situation} from '../situation.ts'
import type {ExecAction} from '../tools.ts'

export const processSchema = z.strictObject({
  kind: z.literal('process'),
  mode: z
    .enum(['stop', 'kill', 'restart'])
    .default('stop')
    .describe(
      'stop: it hangs, and goes on afterwards; kill: it is gone; restart: gone, and started again at the end',
    ),
  ...processShape,
  signal: z.enum(['TERM', 'KILL']).optional().describe('of kill and restart: KILL unless told otherwise'),
  scope: scopeSchema.optional(),
})
export interface ProcessSpec extends NamedProcess {
  readonly kind: 'process'
  readonly mode: 'stop' | 'kill' | 'restart'
  readonly signal?: 'TERM' | 'KILL' | undefined
  readonly scope?: FaultScope | undefined
}

const NEEDS: readonly Capability[] = ['linux']

export const processFault: PlannedKind<ProcessSpec> = {
  kind: 'process',
  summary: 'stop a program as if it hung, kill it, or have it down and started again',
  example: 'netdrill fault plan process --mode stop --pidfile /run/nginx.pid',
  needs: [NEEDS],
  schema: processSchema,
  needsDevice: false,
  shapes: false,
  names: true,
  look: async (spec, world): Promise<Sight | null> => {
    if (spec.mode === 'stop' && spec.signal !== undefined)
      throw usage('stop sends SIGSTOP: signal belongs to kill and restart')
    const name = nameOf(spec)
    if (name === null) throw whichProcess()
    return {type: 'process', process: await findProcess(name, world)}
  },
  plan: planProcess,
}

function planProcess(spec: ProcessSpec, situation: Situation): Blueprint {
  if (!hasAll(situation, NEEDS)) throw missingError(situation, 'a fault of a process', [NEEDS])
  if (situation.sight?.type !== 'process') throw new TypeError('a fault of a process was planned without one')
  const facts = situation.sight.process
  const name = `process ${facts.who.pid} (${facts.words[0] ?? ''})`
  const way = {stop: stopped, kill: killed, restart: restarted}[spec.mode](spec, facts, situation)
  return {
    backend: 'signal',
    because: 'a signal does it',
    words: `${name} ${way.words}`,
    effect: {},
    warnings: way.warnings,
    notes: way.notes,
    act: {
      steps: way.steps,
      hit: [
        `hit: ${name}: ${facts.words.join(' ').slice(0, 120)}`,
        'not hit: every other process, its children too',
      ],
      ...way.act,
    },
  }
}

interface Way {
  readonly words: string
  readonly steps: readonly Step[]
  readonly act: Omit<Act, 'steps' | 'hit'>
  readonly warnings: readonly string[]
  readonly notes: readonly string[]
}

function stopped(_: ProcessSpec, {who, stopped: already}: ProcessFacts): Way {
  if (already) throw usage(`process ${who.pid} is stopped already`)
  return {
    words: 'stopped',
    steps: [
      {
        do: send('STOP', who),
        undo: send('CONT', who),
        onHost: true,
        victim: who,
        verify: {type: 'act', expect: `process ${who.pid} is stopped`},
        why: 'it hangs: the kernel goes on to take its connections and data until the queues are full',
      },
    ],
    act: {trace: {type: 'process', who, becomes: 'stopped'}},
    warnings: [ENDED_BY_GUARD],
    notes: [],
  }
}

function killed({signal = 'KILL'}: ProcessSpec, {who}: ProcessFacts): Way {
  return {
    words: `ended by SIG${signal}`,
    steps: [killStep(signal, who)],
    act: {trace: {type: 'process', who, becomes: 'gone'}, once: true},
    warnings: [],
    notes: ['once: whoever supervises it may start it again; there is nothing to undo'],
  }
}

function restarted({signal = 'KILL'}: ProcessSpec, {who, words, launch}: ProcessFacts, {id}: Situation): Way {
  if (launch === null) {
    throw usage(`how process ${who.pid} was started can not be read from here`, [
      'run netdrill as its user or as root',
    ])
  }
  if (launch.apart) {
    throw usage(
      `process ${who.pid} lives in namespaces of its own, and would be started again outside of them`,
      ['mode stop lets it hang there; mode kill ends it, for what supervises it to start it again'],
    )
  }
  const {folder, env, uid, gid} = launch
  return {
    words: `ended by SIG${signal}, and started again at the end`,
    steps: [
      {
        do: {type: 'none'},
        undo: {type: 'exec', file: 'holder', args: ['launch', id]},
        onHost: true,
        verify: {type: 'none', expect: 'looked at when the fault is over'},
        why: 'at the end it is started again: the same command line, folder, environment and user',
      },
      killStep(signal, who),
    ],
    act: {trace: {type: 'relaunch', who, id}, work: {type: 'launch', words, folder, env, uid, gid}},
    warnings: ['something that supervises it may start it as well: then use mode kill', ENDED_BY_GUARD],
    notes: ['started again it has no terminal: its output goes nowhere'],
  }
}

function killStep(signal: 'TERM' | 'KILL', who: ProcessIdentity): Step {
  return {
    do: send(signal, who),
    undo: {type: 'none'},
    onHost: true,
    verify: {type: 'act', expect: `process ${who.pid} is gone`},
    why: 'the kernel closes its connections: with a FIN, or a reset where data was left unread',
  }
}

function send(signal: 'STOP' | 'CONT' | 'TERM' | 'KILL', {pid}: ProcessIdentity): ExecAction {
  return {type: 'exec', file: 'kill', args: [`-${signal}`, String(pid)]}
}

function usage(message: string, advice: readonly string[] = []): UserError {
  return new UserError({code: 'USAGE_INVALID', message, advice})
}
