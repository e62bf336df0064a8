/** A group whose paths are used in one of several ways: one alone, one at a time, or all at once. A fold over events. */
import type {ConnectionState, RunEvent} from '../../core/events.ts'
import {MULTIPATH, type PathMode} from '../../core/group-events.ts'
import type {ModeGroupSpec} from '../../core/group-spec.ts'
import type {Group, GroupStep} from './group.ts'
import {Multipath} from './multipath.ts'
import type {Path} from './path.ts'
import {PathGroup} from './path-group.ts'
import {PathHealth} from './path-health.ts'

/**
 * `single` uses the preferred path and no other. `mptcp` uses one multipath connection, whatever becomes of it. `auto` is
 * active-backup with that connection as the path that is preferred to all, as long as MPTCP carries it and two paths work; its
 * mode follows from the path in use and from how many others work.
 */
export class ModeGroup implements Group {
  readonly #spec: ModeGroupSpec
  readonly #paths: readonly Path[]
  readonly #multipath: Multipath | null
  /** Chooses between the paths, with the multipath connection as one of them under the name of the group. */
  readonly #chooser: PathGroup
  #shown: ConnectionState = 'idle'
  #active: string | null = null
  #mode: PathMode | null

  /** `before`: how a group of this name worked until the document was read again. */
  constructor(spec: ModeGroupSpec, before: PathMode | null) {
    this.#spec = spec
    this.#paths = spec.paths.map(({name, target}) => ({name, target, health: new PathHealth()}))
    this.#multipath = spec.multipath === null ? null : new Multipath({gives: spec.mode === 'auto'})
    this.#chooser = new PathGroup({...spec, mode: 'active-backup', paths: this.#candidates()})
    this.#mode = before
  }

  get targets(): readonly string[] {
    const {multipath, paths} = this.#spec
    return [...paths.map(({target}) => target), ...(multipath === null ? [] : [multipath])]
  }

  get mode(): PathMode | null {
    return this.#mode
  }

  add(event: RunEvent, ownNetwork: boolean): readonly GroupStep[] {
    for (const {target, health} of this.#paths) {
      if (event.type === 'observer-gap') health.skip(event.length)
      else if ('target' in event && event.target === target) health.add(event)
    }
    const isOfMultipath = 'target' in event && event.target === this.#spec.multipath
    if (isOfMultipath) this.#multipath?.add(event)
    const own = isOfMultipath ? this.#renamed(event) : [event]
    const steps = [...own, ...this.#virtual(event.at)].flatMap((one) => this.#chooser.add(one, ownNetwork))
    return this.#told(steps)
  }

  #candidates(): ModeGroupSpec['paths'] {
    const {mode, paths} = this.#spec
    if (mode === 'single') return paths.slice(0, 1)
    const all = {name: MULTIPATH, target: this.#virtualName()}
    if (mode === 'mptcp') return [all]
    return this.#multipath ? [all, ...paths] : paths
  }

  /** No target can have this name. */
  #virtualName(): string {
    return `${this.#spec.name} ${MULTIPATH}`
  }

  /** Its states are told by `#virtual`, and its links are those of the paths. */
  #renamed(event: RunEvent): readonly RunEvent[] {
    if (event.type !== 'sample' && event.type !== 'flapping') return []
    return [{...event, target: this.#virtualName()}]
  }

  #virtual(at: number): readonly RunEvent[] {
    if (this.#multipath === null) return []
    const working = this.#working()
    const to = this.#whileNew(this.#multipath.stateAmong(working.length))
    if (to === this.#shown) return []
    const from = this.#shown
    this.#shown = to
    const isShort = working.length < 2 && this.#multipath.isUsed
    const because = isShort ? this.#whyShort() : this.#multipath.because
    return [{at, type: 'state-changed', target: this.#virtualName(), from, to, because}]
  }

  /** What was never in use has not been lost: it only waits for its paths. */
  #whileNew(state: ConnectionState): ConnectionState {
    const isNew = this.#shown === 'idle' || this.#shown === 'connecting'
    return isNew && state === 'reconnecting' && this.#multipath?.isDown === false ? 'connecting' : state
  }

  #told(steps: readonly GroupStep[]): readonly GroupStep[] {
    for (const step of steps) if (step.type === 'path-switched') this.#active = step.to
    const changed = this.#spec.mode === 'auto' ? this.#changeMode() : []
    return [...steps.map((step) => this.#inWords(step)), ...changed]
  }

  #inWords(step: GroupStep): GroupStep {
    if (step.type !== 'group-changed') return step
    const counts = {healthy: this.#working().length, of: this.#paths.length}
    if (this.#spec.mode === 'single' && step.to === 'reconnecting')
      return {...step, ...counts, because: `${this.#paths[0]?.name ?? ''} is down, and no other path is used`}
    const isWell = step.to === 'connected' || step.to === 'degraded'
    if (this.#active !== MULTIPATH || !isWell || this.#multipath === null) return {...step, ...counts}
    return {...step, ...counts, because: this.#multipath.because}
  }

  #changeMode(): readonly GroupStep[] {
    const from = this.#mode
    const to = this.#judge()
    if (to === null || to === from) return []
    this.#mode = to
    return [{type: 'mode-changed', group: this.#spec.name, from, to, because: this.#why(to)}]
  }

  /** Null while it is not known yet, or while nothing works at all. */
  #judge(): PathMode | null {
    if (this.#active === null) return null
    if (this.#active === MULTIPATH) return 'mptcp'
    if (this.#mode === null && !this.#isKnown()) return null
    return this.#working().length > 1 ? 'active-backup' : 'single'
  }

  #isKnown(): boolean {
    const paths = this.#paths.every(({health}) => health.isUp || health.isDown || health.isUnproven)
    return paths && (this.#multipath?.isKnown ?? true)
  }

  #why(to: PathMode): string {
    const working = this.#working()
    if (to === 'single') return this.#whyShort()
    const paths = `${working.length} paths work`
    if (to === 'mptcp' || this.#multipath === null)
      return to === 'mptcp' ? `MPTCP is used, and ${paths}` : paths
    return this.#multipath.isUsed
      ? `${paths}; MPTCP has to be good for a while first`
      : `${paths}; ${this.#multipath.because}`
  }

  #whyShort(): string {
    const [left] = this.#working()
    const lost = this.#paths.filter((path) => path !== left)
    const which = left ? `only ${left.name} is left` : 'no path is left'
    if (lost.length === 0) return `${which}: it has no other path`
    const why = lost.map(
      ({name, health}) => `${name} is ${health.isDown ? 'down' : 'not up'}: ${health.because}`,
    )
    return `${which}; ${why.join(', ')}`
  }

  #working(): readonly Path[] {
    return this.#paths.filter(({health}) => health.isUp)
  }
}
