/** What a retry framework would remember of a connection, folded from its events. */
import type {RunEvent, TargetInfo} from '../core/events.ts'
import {type Failure, isOwnFault} from '../core/failure.ts'
import type {Sample} from '../core/outcome.ts'
import type {Millis} from '../core/units.ts'
import {SampleWindow} from './sample-window.ts'

type Followed = Extract<RunEvent, {type: 'sample' | 'attempt' | 'state-changed'}>

/** Mutable: it is written with every sample. Times are those of the run. */
export class TargetTrack {
  /** Of the policy; without one every sample is an attempt. */
  attempts = 0
  failures = 0
  /** Attempts that failed in a row. */
  consecutive = 0
  /** Attempts since the connection was last up; 0 while it is. */
  restarts = 0
  lastAttempt: Millis | null = null
  /** A check that is answered is a success too. */
  lastSuccess: Millis | null = null
  lastError: {readonly code: string; readonly text: string} | null = null
  readonly window = new SampleWindow()
  readonly #hasPolicy: boolean
  #up = false

  constructor({policy = null}: Partial<Pick<TargetInfo, 'policy'>>) {
    this.#hasPolicy = policy !== null
  }

  add(event: Followed): void {
    switch (event.type) {
      case 'sample':
        this.#sample(event.sample, event.at)
        return
      case 'attempt':
        this.#attempt(event.failure, event.at - event.took, event.at)
        return
      case 'state-changed':
        this.#up = event.to === 'connected' || event.to === 'degraded' || event.to === 'suspect'
        if (this.#up) this.restarts = 0
    }
  }

  #sample({outcome, sentAt}: Sample, at: Millis): void {
    if (outcome.status === 'skipped') return
    if (outcome.status === 'ok') {
      this.lastSuccess = at
      this.window.add(outcome.reading.rtt ?? outcome.took, outcome.reading.http?.size ?? 0)
    } else if (!isOwnFault(outcome.failure)) this.window.addFailure(outcome.failure.category)
    if (this.#hasPolicy) return
    this.#attempt(outcome.status === 'failed' ? outcome.failure : null, sentAt, at)
  }

  #attempt(failure: Failure | null, startedAt: Millis, at: Millis): void {
    this.attempts += 1
    if (!this.#up) this.restarts += 1
    this.lastAttempt = Math.max(this.lastAttempt ?? 0, startedAt)
    if (failure === null) {
      this.consecutive = 0
      this.lastSuccess = at
      return
    }
    this.failures += 1
    this.consecutive += 1
    this.lastError = {code: failure.code, text: failure.message}
  }
}
