/** A check as one line of the Monitoring Plugins guidelines: status, text, `|`, performance data. */
import type {CheckResult} from '../../core/check-result.ts'
import {stripControl} from '../../core/text.ts'
import {NAGIOS_EXIT, type NagiosStatus} from '../probe-nagios.ts'
import {countsText, groupText, reasonText} from './texts.ts'

/** More would not fit into what the scheduler reads. */
const NAMED = 3
const FIGURES = 40

/** CRITICAL for a failure, WARNING for a pass after a retry or a member that is down in a group that
 * holds, UNKNOWN when something could not be measured. */
function checkStatus({verdict, counts}: CheckResult): NagiosStatus {
  if (verdict === 'fail' || counts.failed > 0) return 'CRITICAL'
  if (verdict !== 'pass') return 'UNKNOWN'
  return counts.flaky > 0 || counts.down > 0 ? 'WARNING' : 'OK'
}

/** The exit code that belongs to the line; after a signal the check's own. */
export function checkNagiosExit(result: CheckResult): number {
  return result.interrupted ? result.exit : NAGIOS_EXIT[checkStatus(result)]
}

export function renderCheckNagios(result: CheckResult): string {
  const bad = result.targets.filter(({reason}) => reason !== null)
  const named = bad.slice(0, NAMED).map((target) => `${target.name} ${reasonText(target)}`)
  const groups = result.groups.filter(({reason}) => reason !== null)
  const words = groups.map((group) => `group ${group.name} ${groupText(group)}`)
  const rest = bad.length > NAMED ? [`and ${bad.length - NAMED} more`] : []
  const text = [countsText(result.counts), ...words, ...named, ...rest].join('; ')
  // Performance data begin at the bar, so the text must not hold one.
  const head = `NETDRILL ${checkStatus(result)} - ${stripControl(text).replaceAll('|', '/')}`
  return `${head} | ${performanceData(result)}\n`
}

function performanceData({counts, targets, duration}: CheckResult): string {
  const number = (value: number): string => String(Math.round(value * 1000) / 1000)
  const figures = targets.slice(0, FIGURES).flatMap(({name, result}) => {
    const label = stripControl(name).replace(/['=|]/g, '_')
    return result.rtt ? [`'${label}'=${number(result.rtt.avg)}ms;;;0`] : []
  })
  const head = [`failed=${counts.failed};;0;0;${counts.targets}`, `flaky=${counts.flaky};;;0`]
  return [...head, `time=${number(duration / 1000)}s;;;0`, ...figures].join(' ')
}
