/** The one-line form of the Monitoring Plugins guidelines: status, text, `|`, performance data. */
import type {ProbeResult} from '../core/probe-result.ts'
import {stripControl} from '../core/text.ts'
import {formatPercent} from '../core/units.ts'
import {formatRtt} from './probe-text.ts'

export type NagiosStatus = 'OK' | 'WARNING' | 'CRITICAL' | 'UNKNOWN'

export const NAGIOS_EXIT: Readonly<Record<NagiosStatus, number>> = {
  OK: 0,
  WARNING: 1,
  CRITICAL: 2,
  UNKNOWN: 3,
}

/**
 * CRITICAL for a failure, WARNING when only some samples failed or a retry was needed, UNKNOWN when nothing could be
 * measured or the run was interrupted.
 */
export function nagiosStatus(result: ProbeResult): NagiosStatus {
  if (result.verdict === 'skipped' || result.verdict === 'interrupted') return 'UNKNOWN'
  if (result.verdict === 'pass') return result.flaky || result.loss > 0 ? 'WARNING' : 'OK'
  const unmet = result.expectations.some(({met}) => met !== true)
  return result.received > 0 && !unmet ? 'WARNING' : 'CRITICAL'
}

export function renderNagios(result: ProbeResult): string {
  const {rtt, failure, loss, sent} = result
  const unmet = result.expectations.find(({met}) => met !== true)
  const what = failure ? `${failure.code}: ${failure.message}` : (unmet?.text ?? result.skip?.text)
  const average = rtt ? `rtt ${formatRtt(rtt.avg)}, ` : ''
  const figures = sent > 0 ? `${average}loss ${formatPercent(loss)}` : ''
  const text = [result.target, what, figures].filter((part) => part !== undefined && part !== '').join(', ')
  // Performance data can't hold the bar, so the text must not.
  const head = `${result.kind.toUpperCase()} ${nagiosStatus(result)} - ${stripControl(text).replaceAll('|', '/')}`
  return `${head} | ${performanceData(result)}`
}

function performanceData({rtt, loss, tls}: ProbeResult): string {
  const number = (value: number): string => String(Math.round(value * 1000) / 1000)
  const parts = [
    rtt ? `rtt=${number(rtt.avg)}ms;;;0` : '',
    `loss=${number(loss * 100)}%;;;0;100`,
    rtt ? `jitter=${number(rtt.jitter)}ms;;;0` : '',
    typeof tls?.days_left === 'number' ? `days_left=${tls.days_left}` : '',
  ]
  return parts.filter((part) => part !== '').join(' ')
}
