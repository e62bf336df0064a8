import type {RunEvent} from '../../core/events.ts'
import {toJsonLine} from '../../core/json.ts'

/**
 * What a later segment of a journal has to begin with to be readable by itself: the run, the targets and groups of now
 * and what last became of each, with the times at which it was first told.
 */
export class Preamble {
  #started: (RunEvent & {type: 'run-started'}) | null = null
  readonly #targets = new Map<string, string>()
  readonly #groups = new Map<string, string>()
  /** By target or group, then by the type of event: the last one. */
  readonly #last = new Map<string, Map<string, string>>()

  add(event: RunEvent): void {
    switch (event.type) {
      case 'run-started':
        this.#started = event
        return
      case 'target-added':
        this.#targets.set(event.target.name, toJsonLine(event))
        this.#last.delete(`target ${event.target.name}`)
        return
      case 'target-removed':
        this.#targets.delete(event.target)
        this.#last.delete(`target ${event.target}`)
        return
      case 'group-added':
        this.#groups.set(event.group.name, toJsonLine(event))
        this.#last.delete(`group ${event.group.name}`)
        return
      case 'group-removed':
        this.#groups.delete(event.group)
        this.#last.delete(`group ${event.group}`)
        return
      case 'peer-added':
        this.#last.set(`peer ${event.info.name}`, new Map([[event.type, toJsonLine(event)]]))
        return
      case 'peer-removed':
        this.#last.delete(`peer ${event.peer}`)
        return
      case 'peer-state':
        this.#remember(`peer ${event.peer}`, event)
        return
      case 'alert-rule-added':
        this.#last.set(`rule ${event.rule.name}`, new Map([[event.type, toJsonLine(event)]]))
        return
      case 'alert-rule-removed':
        this.#last.delete(`rule ${event.rule}`)
        return
      case 'alert':
        this.#rememberAlert(event)
        return
      case 'state-changed':
      case 'flapping':
        this.#remember(`target ${event.target}`, event)
        return
      case 'mptcp-changed':
        this.#remember(`target ${event.target}`, event)
        return
      case 'link-lost':
      case 'link-restored':
        this.#remember(`target ${event.target}`, event, 'link')
        return
      case 'group-changed':
      case 'path-switched':
        this.#remember(`group ${event.group}`, event)
        return
      case 'own-network':
        this.#remember('own network', event)
        return
      default:
    }
  }

  /** The lines for the segment of this number. Only the first one has none: its events are the beginning itself. */
  linesFor(number: number): readonly string[] {
    if (!this.#started || number === 1) return []
    const last = [...this.#last.values()].flatMap((lines) => [...lines.values()])
    const rest = [...this.#targets.values(), ...this.#groups.values(), ...last]
    const segment = {number, preamble: rest.length + 1}
    return [toJsonLine({...this.#started, run: {...this.#started.run, segment}}), ...rest]
  }

  /** What is over needs no line: a rule without alerts says so. */
  #rememberAlert(event: RunEvent & {type: 'alert'}): void {
    const lines = this.#last.get(`rule ${event.rule}`)
    const key = JSON.stringify(event.labels)
    if (event.state === 'pending' || event.state === 'firing') lines?.set(key, toJsonLine(event))
    else lines?.delete(key)
  }

  /** `what`: the last of these is of interest. */
  #remember(subject: string, event: RunEvent, what: string = event.type): void {
    const lines = this.#last.get(subject) ?? new Map<string, string>()
    lines.set(what, toJsonLine(event))
    this.#last.set(subject, lines)
  }
}
