/** A target of a drill in the words of events, and in those of agents. */
import type {TargetInfo} from '../core/events.ts'
import {detectionTime} from '../core/health.ts'
import {parseTargetUrl} from '../core/target.ts'
import {type WatchSpec, boundTo} from '../core/watch.ts'
import type {Lab} from '../lab/lab.ts'
import type {DrillTarget} from './drill-spec.ts'

/** The target as the run announces it. */
export function describeTarget(target: DrillTarget, lab: Lab): TargetInfo {
  const url = lab.resolve(target.url)
  const parsed = parseTargetUrl(url)
  return {
    name: target.name,
    url,
    kind: parsed.ok ? parsed.value.kind : 'unknown',
    role: target.role,
    interval: target.interval,
    timeout: target.timeout,
    policy: target.policy?.name ?? null,
    detection: detectionTime(target),
  }
}

/** What the agent is asked to watch. */
export function watchSpec(target: DrillTarget, lab: Lab): WatchSpec {
  const {name, role, interval, timeout, options, fall, rise} = target
  return {
    name,
    url: lab.resolve(target.url),
    role,
    interval,
    timeout,
    family: 0,
    ...boundTo(target),
    options,
    policy: target.policy?.policy ?? null,
    fall,
    rise,
    ...(target.health && {health: target.health}),
  }
}
