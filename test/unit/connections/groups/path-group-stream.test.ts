/** A group of paths that carries a stream: it goes back when the stream has arrived, and leaves a path that doesn't carry it. */
import {expect, test} from 'vitest'
import {PathGroup} from '../../../../src/connections/groups/path-group.ts'
import {makeFailure} from '../../../../src/core/codes/index.ts'
import type {ConnectionState, RunEvent} from '../../../../src/core/events.ts'
import type {UpgradeStage} from '../../../../src/core/stream-spec.ts'
import type {StageResult} from '../../../../src/core/stream-events.ts'
import {STREAM} from '../../../support/stream-rig.ts'

const INTERVAL = 100
type Told = {readonly type: string; readonly [key: string]: unknown}

/** Time goes on by samples of both targets. */
class Script {
  readonly told: Told[] = []
  readonly #group = new PathGroup({
    ...{mode: 'active-backup', name: 'uplink', stream: {...STREAM, retry: 1000}},
    paths: [
      {name: 'direct', target: 'd'},
      {name: 'relay', target: 'r'},
    ],
    failover: {onQuality: false, maxRtt: 500, maxLoss: 1},
    failback: {policy: 'after_stable', holdDown: 500, minImprovement: 0},
    switches: {most: 50, within: 60_000},
  })
  #at = 0
  readonly #states: Record<string, ConnectionState> = {d: 'idle', r: 'idle'}

  add(event: RunEvent): this {
    this.told.push(...(this.#group.add(event, false) as readonly Told[]))
    return this
  }

  become(target: 'd' | 'r', to: ConnectionState): this {
    const from = this.#states[target] ?? 'idle'
    this.#states[target] = to
    return this.add({type: 'state-changed', at: this.#at, target, from, to, because: 'of the script'})
  }

  /** So long every sample of targets that are connected is good. */
  pass(length: number): this {
    for (const end = this.#at + length; this.#at < end; this.#at += INTERVAL)
      for (const [target, state] of Object.entries(this.#states)) {
        if (state !== 'connected') continue
        const outcome = {status: 'ok', reading: {phase: {}, rtt: 1}, took: 1} as const
        this.add({type: 'sample', at: this.#at, target, sample: {seq: 0, sentAt: this.#at, outcome}})
      }
    return this
  }

  stage(attempt: number, stage: UpgradeStage, result: StageResult): this {
    const failure = result === 'failed' ? makeFailure('STREAM_STALLED', 'of the script') : null
    const what = {group: 'uplink', attempt, stage, result, failure, direction: null, address: null}
    return this.add({type: 'upgrade-stage', at: this.#at, ...what, step: 1, of: 5, took: 1, because: ''})
  }

  fail(path: string): this {
    const failure = makeFailure('STREAM_STALLED', 'of the script')
    return this.add({type: 'stream-failed', at: this.#at, group: 'uplink', path, failure})
  }

  moved(to: string): this {
    const move = {group: 'uplink', from: null, staged: false, took: 0, connect: 0, resent: 0, address: ''}
    return this.add({type: 'stream-moved', at: this.#at, to, ...move})
  }

  /** What happened since the last time, short. */
  take(): readonly string[] {
    return this.told.splice(0).flatMap((one) => {
      if (one.type === 'path-switched') return [`${String(one['to'])} ${String(one['kind'])}`]
      if (one.type === 'upgrade-begun') return [`begun ${String(one['attempt'])}`]
      return one.type === 'upgrade-ended' ? [`ended ${String(one['ok'])}`] : []
    })
  }
}

function onRelay(): Script {
  const script = new Script().become('d', 'connected').become('r', 'connected').pass(200)
  script.become('d', 'reconnecting').pass(200).take()
  return script
}

test('the way back is wanted after the hold time, and the group follows when the stream has arrived', () => {
  const script = onRelay().become('d', 'connected').pass(400)
  expect(script.take()).toEqual([])
  expect(script.pass(400).take()).toEqual(['begun 1'])
  script.stage(1, 'listener', 'skipped').stage(1, 'connect', 'ok').stage(1, 'handshake', 'ok')
  expect(script.pass(500).take()).toEqual([])
  expect(script.stage(1, 'migration', 'ok').take()).toEqual(['ended true', 'direct failback'])
  expect(script.stage(1, 'closing', 'warned').pass(500).take()).toEqual([])
})

test('a stage that fails leaves the group where it is; the next attempt comes after the wait, one at a time', () => {
  const script = onRelay().become('d', 'connected').pass(700)
  expect(script.stage(1, 'connect', 'failed').take()).toEqual(['begun 1', 'ended false'])
  expect(script.pass(800).take()).toEqual([])
  expect(script.pass(400).take()).toEqual(['begun 2'])
  expect(script.pass(900).take()).toEqual([])
})

test('a relay that dies while the way back is tried is left at once, and the attempt is over', () => {
  const script = onRelay().become('d', 'connected').pass(700)
  script.become('r', 'reconnecting')
  expect(script.take()).toEqual(['begun 1', 'direct down'])
  expect(script.stage(1, 'migration', 'ok').take()).toEqual([])
})

test('a path whose checks succeed and that does not carry the stream is left; it has to be good for the hold time anew', () => {
  const script = new Script().become('d', 'connected').become('r', 'connected').pass(1000)
  expect(script.take()).toEqual(['direct start'])
  expect(script.fail('direct').take()).toEqual(['relay down'])
  expect(script.pass(400).take()).toEqual([])
  expect(script.pass(400).take()).toEqual(['begun 1'])
})

test('when no path carries the stream the group stays, until one of them does', () => {
  const script = new Script().become('d', 'connected').become('r', 'connected').pass(200)
  script.fail('direct').take()
  expect(script.fail('relay').take()).toEqual([])
  expect(script.moved('direct').fail('relay').take()).toEqual(['direct down'])
})
