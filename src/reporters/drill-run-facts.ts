/** What is known about the run itself, as pairs of name and text. */
import {formatDuration} from '../core/units.ts'
import type {DrillReport} from './drill-report.ts'

/** Empty for a journal without a `run-started` event. */
export function describeRunFacts({facts, end}: DrillReport): readonly (readonly [string, string])[] {
  const {run, journal} = facts.document
  if (!run) return []
  return [
    ['run', run.id],
    ['started', run.started],
    ['took', formatDuration(end)],
    ['netdrill', run.version],
    ['platform', run.platform],
    ...run.backends.map((backend) => ['backend', backend] as const),
    ['seed', String(run.seed)],
    ['repeat with', `netdrill ${run.command.replace(/^netdrill /, '')} --seed ${run.seed}`],
    ...(journal === null ? [] : [['journal', journal] as const]),
  ]
}
