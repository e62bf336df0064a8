/** A drill pointed at the user's own system: it runs without its lab, on what is left of it. Pure. */
import type {Variable} from '../config/variables.ts'
import {type Problem, UserError} from '../core/errors.ts'
import type {FaultScope, FaultSpec} from '../faults/fault.ts'
import type {NotifyWay} from '../connections/notify/receiver-spec.ts'
import type {LabSpec} from '../lab/lab.ts'
import type {DrillCondition, DrillSpec, TimelineEntry} from './drill-spec.ts'

export interface OwnSystem {
  readonly spec: DrillSpec
  /** What was left out. */
  readonly warnings: readonly Problem[]
}

/**
 * When a target variable was set, nothing of the lab is built: control targets of the lab and what is said of them are
 * left out, and faults act on this machine. Throws USAGE_INVALID when what is left would make no sense.
 */
export function runOnOwnSystem(spec: DrillSpec, variables: readonly Variable[]): OwnSystem {
  const targets = variables.filter(({type}) => type === 'target')
  if (spec.lab === null || !targets.some(({given}) => given)) return {spec, warnings: []}
  const missing = targets.filter(({given, value}) => !given && isNeeded(value, spec))
  if (missing.length > 0) {
    const names = missing.map(({name}) => `--set ${name}=HOST:PORT`)
    throw usage('a part of your system and a part of the lab make no drill', [
      `give ${names.join(' and ')} as well`,
    ])
  }
  const gone = new Set(spec.targets.filter(({url}) => url.includes('{')).map(({name}) => name))
  checkRest(spec, gone)
  const isLeft = ({condition}: DrillCondition): boolean => !gone.has(condition.subject ?? '')
  return {
    spec: {
      ...spec,
      lab: null,
      ownServers: ownServers(spec.lab.servers),
      notify: (spec.notify ?? []).filter(({way}) => !isInLab(way)),
      from: null,
      targets: spec.targets.filter(({name}) => !gone.has(name)),
      faults: Object.fromEntries(Object.entries(spec.faults).map(([name, fault]) => [name, onHost(fault)])),
      timeline: spec.timeline.map((entry) => onHostEntry(entry, spec, variables)),
      steady: spec.steady.filter(isLeft),
      abortWhen: spec.abortWhen.filter(isLeft),
      expect: spec.expect.filter(isLeft),
      budgets: (spec.budgets ?? []).filter(({target}) => !gone.has(target)),
    },
    warnings: [...gone].map((name) => leftOut(name, spec, targets)),
  }
}

/** Somebody else's alerting tells these, which are at an address of this machine. */
function ownServers(servers: LabSpec['servers']): LabSpec['servers'] {
  const hooks = Object.entries(servers).filter(([, {kind}]) => kind === 'webhook')
  return Object.fromEntries(
    hooks.map(([name, server]) => {
      const {own_address: given} = server.options
      const address = typeof given === 'string' ? given : '127.0.0.1'
      return [name, {...server, node: 'host', own: {address}}]
    }),
  )
}

/** Else netdrill's own messages would come beside those of the alerting that is tried. */
function isInLab(way: NotifyWay): boolean {
  return way.kind === 'webhook' && way.url.includes('{')
}

/** A target that isn't a control can't be left out: the drill is about it. */
function isNeeded(value: string, {targets}: DrillSpec): boolean {
  return value.includes('{') && targets.some(({url, role}) => url === value && role === 'target')
}

function checkRest(spec: DrillSpec, gone: ReadonlySet<string>): void {
  const targets = spec.targets.filter(({name, role}) => role === 'target' && !gone.has(name))
  if (targets.length === 0) throw usage('without its lab this drill has no target', [])
  for (const {name, ...group} of spec.groups ?? []) {
    const members = group.mode === 'quorum' ? group.members : group.paths
    const lost = members.find(({target}) => gone.has(target))
    if (lost) throw usage(`the group ${name} needs ${lost.target}, which is a server of the lab`, [])
  }
  for (const {when, until} of spec.timeline) {
    const subject = [when?.condition, until].find((one) => one && gone.has(one.condition.subject ?? ''))
    if (subject) throw usage(`the timeline waits for ${subject.text}, which is about a server of the lab`, [])
  }
}

function onHostEntry(entry: TimelineEntry, spec: DrillSpec, variables: readonly Variable[]): TimelineEntry {
  const {on, scope: {to} = {}} = spec.faults[entry.fault] ?? {}
  if (on !== undefined) return entry
  if (to === undefined || isOfLab(to, spec)) {
    const what = to === undefined ? 'what a node of the lab sends' : `${to} of the lab`
    const unset = variables.find(({value, given, type}) => !given && type !== 'target' && value === to)
    if (unset)
      throw usage(`the fault ${entry.fault} hits ${what}, and your system has none`, [
        `say what it is to hit (${unset.description}): --set ${unset.name}=ADDRESS`,
      ])
    throw usage(`the fault ${entry.fault} hits ${what}: this drill can only run in its lab`, [])
  }
  const steps = entry.steps?.map((step) => ({...step, spec: onHost(step.spec)}))
  return {...entry, ...(steps ? {steps} : {})}
}

/** A server or node, alone or as it is reached over one of the links: a host of the user may begin with such a name. */
function isOfLab(to: string, {lab}: DrillSpec): boolean {
  const [name = '', link, ...more] = to.split('.')
  const isKnown = Object.hasOwn(lab?.servers ?? {}, name) || (lab?.nodes.includes(name) ?? false)
  const isLink = link === undefined || (lab?.links.some((one) => one.name === link) ?? false)
  return isKnown && isLink && more.length === 0
}

/** Where the drill has no nodes, a fault acts on this machine. */
function onHost(fault: FaultSpec): FaultSpec {
  if (!fault.scope || fault.on !== undefined) return fault
  const {from: _from, ...scope} = fault.scope
  return {...fault, scope: {...scope, ...hostAndPort(scope)}}
}

/** `to: 10.0.0.2:443` is the host and its port. */
function hostAndPort({to, port}: FaultScope): FaultScope {
  const [, bracketed, plain, ownPort] = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d{1,5}))?$/.exec(to ?? '') ?? []
  const host = bracketed ?? plain
  if (host === undefined) return {}
  return {to: host, ...(ownPort === undefined ? {} : {port: port ?? Number(ownPort)})}
}

function leftOut(name: string, {targets}: DrillSpec, variables: readonly Variable[]): Problem {
  const target = targets.find((one) => one.name === name)
  const variable = variables.find(({value}) => value === target?.url)
  return {
    code: 'DRILL_LEFT_OUT',
    message: `${name} is a server of the lab, so it is left out, and all that is expected of it`,
    advice: variable ? [`give one of your own: --set ${variable.name}=HOST:PORT`] : [],
  }
}

function usage(message: string, advice: readonly string[]): UserError {
  return new UserError({code: 'USAGE_INVALID', message, advice})
}
