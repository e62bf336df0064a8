/** The multipath connection of a group, as one more path: whether it can carry the traffic now. A fold over events. */
import type {ConnectionState, RunEvent} from '../../core/events.ts'
import type {MptcpMode} from '../../core/network-events.ts'
import {PathHealth} from './path-health.ts'

export interface MultipathNeeds {
  /** Without MPTCP, or without two paths for it, another mode takes over. */
  readonly gives: boolean
}

export class Multipath {
  readonly #needs: MultipathNeeds
  readonly #health = new PathHealth()
  #mode: MptcpMode | null = null
  #because = 'nothing is known yet'

  constructor(needs: MultipathNeeds) {
    this.#needs = needs
  }

  /** Takes an event about its target in. */
  add(event: RunEvent): void {
    this.#health.add(event)
    if (event.type !== 'mptcp-changed') return
    this.#mode = event.to
    this.#because = event.because
  }

  /** Whether there is something to judge it by. */
  get isKnown(): boolean {
    return this.#health.isDown || (this.#mode !== null && this.#health.isUp)
  }

  get isDown(): boolean {
    return this.#health.isDown
  }

  /** MPTCP carries it, on one path or more. */
  get isUsed(): boolean {
    return this.#health.isUp && this.#mode !== null && this.#mode !== 'tcp'
  }

  /** How it stands, or why it is not used. */
  get because(): string {
    if (this.#health.isDown) return `its connection is down: ${this.#health.because}`
    if (this.#mode === null) return 'its connection has not answered yet'
    return this.#mode === 'tcp' ? `plain TCP instead of MPTCP: ${this.#because}` : this.#because
  }

  /** As a path of a group that has so many other paths that work. */
  stateAmong(working: number): ConnectionState {
    const {state} = this.#health
    if (state === 'disconnected' || state === 'idle' || state === 'connecting') return state
    if (this.#health.isDown || !this.#health.isUp) return 'reconnecting'
    if (this.#mode === null) return 'connecting'
    if (this.#needs.gives && (this.#mode === 'tcp' || working < 2)) return 'reconnecting'
    return this.#mode === 'multipath' ? state : 'degraded'
  }
}
