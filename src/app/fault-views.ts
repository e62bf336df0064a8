/** From the engine's types to what the reporters show. */
import type {LinkEffect} from '../core/link-effects.ts'
import type {FrontEffect, ProxyEffect} from '../core/proxy-effects.ts'
import {describePlace} from '../core/place.ts'
import {formatDuration, formatPercent, formatRate} from '../core/units.ts'
import type {Action, ExpectedEffect, FaultPlan, Step} from '../faults/fault.ts'
import {isEndless} from '../faults/served.ts'
import {commandOf} from '../faults/tools.ts'
import type {ClosedEntry, ListedEntry} from '../faults/operations.ts'
import type {ClosedView, FaultPlanView, FaultRow, StepView} from '../reporters/fault-view.ts'

export function viewPlan(plan: FaultPlan): FaultPlanView {
  const {id, name, kind, backend, because, summary, device, lasts, endsByKernel, blastRadius} = plan
  return {
    ...{id, name, kind, backend, because, summary, device, lasts, endsByKernel, blastRadius},
    once: plan.once === true,
    place: plan.on?.name ?? describePlace(plan.place),
    effect: describeEffect(plan.effect),
    steps: plan.steps.map((step) => viewStep(plan, step)),
    warnings: plan.warnings,
    notes: plan.notes ?? [],
  }
}

function viewStep(plan: FaultPlan, step: Step): StepView {
  const act = typed(plan, step.do)
  const undo = typed(plan, step.undo)
  return {
    why: step.why,
    command: act.command,
    input: act.input,
    undo: undo.command,
    undoInput: undo.input,
    expect: step.verify.expect,
  }
}

/** As a person would type it, with the prefix that enters the place. */
function typed(
  plan: FaultPlan,
  action: Action,
): {readonly command: string | null; readonly input: string | null} {
  switch (action.type) {
    case 'none':
      return {command: null, input: null}
    case 'impair':
      return {command: `proxy: ${action.effects.map(effectWords).join(', ') || 'nothing'}`, input: null}
    case 'impair-link':
      return {command: `link: ${linkWords(action.effect)}`, input: null}
    case 'exec': {
      const {file, args} = commandOf(plan.place, action)
      return {command: [file, ...args].map(quote).join(' '), input: action.input ?? null}
    }
  }
}

function linkWords(effect: LinkEffect | null): string {
  if (effect === null) return 'nothing'
  const given = Object.entries(effect).filter(([, value]) => value !== 0)
  return `{${given.map(([name, value]) => `${name}: ${JSON.stringify(value)}`).join(', ')}}`
}

/** What a proxy does, such as `latency {latency: 100, stream: downstream}`. */
export function effectWords(effect: ProxyEffect): string {
  if (effect.type !== 'toxic') return frontWords(effect)
  const {kind, stream, toxicity, attributes} = effect
  const values = Object.entries({...attributes, stream, ...(toxicity === 1 ? {} : {toxicity})})
  return `${kind} {${values.map(([name, value]) => `${name}: ${value}`).join(', ')}}`
}

function frontWords({type, choice, ...rest}: FrontEffect): string {
  const given = Object.entries({...rest, ...choice}).filter(([, value]) => isSaid(value))
  return `${type} front {${given.map(([name, value]) => `${name}: ${JSON.stringify(value)}`).join(', ')}}`
}

function isSaid(value: unknown): boolean {
  if (value === undefined || value === 0) return false
  return typeof value !== 'object' || value === null || Object.keys(value).length > 0
}

function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}

function describeEffect({rtt, loss, blocked, rate, fails}: ExpectedEffect): readonly string[] {
  const spread = rtt && rtt.spread > 0 ? ` ± ${formatDuration(rtt.spread)}` : ''
  return [
    ...(rtt ? [`round trip +${formatDuration(rtt.mean)}${spread}`] : []),
    ...(loss === undefined ? [] : [`${formatPercent(loss)} of the round trips lost`]),
    ...(blocked === undefined
      ? []
      : [
          blocked === 'drop'
            ? 'nothing gets through, silently'
            : 'nothing gets through, and an answer says so',
        ]),
    ...(rate === undefined ? [] : [`at most ${formatRate(rate)}`]),
    ...(fails ? [`${fails.all ? 'all' : 'some'} of the samples fail with ${fails.codes.join(' or ')}`] : []),
  ]
}

export function viewRow({entry, standing, left}: ListedEntry): FaultRow {
  const {id, name, kind, summary, backend, detached, started} = entry
  const {carried} = entry
  const place = carried ? `link ${carried.link} of the lab ${carried.lab}` : describePlace(entry.place)
  return {
    ...{id, name, kind, summary, backend, place, standing, detached, started},
    left: isEndless(entry) ? null : left,
    owner: entry.owner.pid,
    proxies: entry.served?.proxies ?? [],
  }
}

export function viewClosed({entry, took, restored, differences}: ClosedEntry): ClosedView {
  return {id: entry.id, name: entry.name, summary: entry.summary, took, restored, differences}
}
