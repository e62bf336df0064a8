/** A check in the text format of Prometheus 0.0.4, for the text file collector or a push gateway. Base units: seconds, ratios. */
import type {CheckResult, CheckedGroup, CheckedTarget} from '../../core/check-result.ts'
import type {RttStatistics} from '../../core/statistics.ts'
import {stripControl} from '../../core/text.ts'

interface Metric {
  readonly name: string
  readonly help: string
  readonly samples: readonly string[]
}

type Labels = Readonly<Record<string, string>>

export function renderPrometheus(result: CheckResult): string {
  return [...runMetrics(result), ...targetMetrics(result.targets), ...groupMetrics(result.groups)]
    .filter(({samples}) => samples.length > 0)
    .flatMap(({name, help, samples}) => [`# HELP ${name} ${help}`, `# TYPE ${name} gauge`, ...samples])
    .map((line) => `${line}\n`)
    .join('')
}

function runMetrics({verdict, exit, duration, started, counts}: CheckResult): Metric[] {
  const one = (name: string, help: string, value: number): Metric => ({
    name,
    help,
    samples: [sample(name, {}, value)],
  })
  const name = 'netdrill_check_targets'
  const {passed, failed, down, skipped, interrupted} = counts
  const states = Object.entries({passed, failed, down, skipped, interrupted})
  return [
    one('netdrill_check_success', 'Whether the whole check passed.', verdict === 'pass' ? 1 : 0),
    one('netdrill_check_exit_code', 'The exit code of the check.', exit),
    one('netdrill_check_duration_seconds', 'How long the check took.', duration / 1000),
    one('netdrill_check_timestamp_seconds', 'When the check began, Unix time.', Date.parse(started) / 1000),
    {
      name,
      help: 'Targets by what became of them.',
      samples: states.map(([state, count]) => sample(name, {state}, count)),
    },
  ]
}

/** A target that could not be measured has no success: absent is not zero. */
function targetMetrics(targets: readonly CheckedTarget[]): Metric[] {
  const each = (name: string, help: string, read: (target: CheckedTarget) => readonly Sampled[]): Metric => ({
    name,
    help,
    samples: targets.flatMap((target) =>
      read(target).map(({value, ...labels}) => sample(name, {...labelsOf(target), ...labels}, value)),
    ),
  })
  const measured = ({verdict}: CheckedTarget): boolean => verdict === 'pass' || verdict === 'fail'
  const optional = (value: number | null | undefined): readonly Sampled[] =>
    typeof value === 'number' ? [{value}] : []
  return [
    each('netdrill_check_target_success', 'Whether the target passed.', (target) =>
      measured(target) ? [{value: target.verdict === 'pass' ? 1 : 0}] : [],
    ),
    each('netdrill_check_target_flaky', 'Whether it passed only after a retry.', (target) =>
      measured(target) ? [{value: target.flaky ? 1 : 0}] : [],
    ),
    each('netdrill_check_target_attempts', 'The most attempts that a sample took.', ({attempts}) =>
      attempts > 0 ? [{value: attempts}] : [],
    ),
    each('netdrill_check_target_failure', 'The failure code of a target that failed.', ({verdict, reason}) =>
      verdict === 'fail' && reason ? [{code: reason.code, value: 1}] : [],
    ),
    each('netdrill_check_target_rtt_seconds', 'Round trip times.', ({result}) =>
      result.rtt ? rttSamples(result.rtt) : [],
    ),
    each('netdrill_check_target_phase_seconds', 'Time per step, averaged.', ({result}) =>
      Object.entries(result.phase).map(([phase, ms]) => ({phase, value: ms / 1000})),
    ),
    each('netdrill_check_target_loss_ratio', 'The share of samples that failed.', ({result}) =>
      result.sent > 0 ? [{value: result.loss}] : [],
    ),
    each('netdrill_check_target_tls_days_left', 'Days until the certificate expires.', ({result}) =>
      optional(result.tls?.days_left),
    ),
  ]
}

function groupMetrics(groups: readonly CheckedGroup[]): Metric[] {
  const each = (name: string, help: string, read: (group: CheckedGroup) => number | null): Metric => ({
    name,
    help,
    samples: groups.flatMap((group) => {
      const value = read(group)
      return value === null ? [] : [sample(name, {group: group.name, file: group.place.file}, value)]
    }),
  })
  return [
    each('netdrill_check_group_success', 'Whether enough members passed.', ({verdict}) =>
      verdict === 'pass' ? 1 : verdict === 'fail' ? 0 : null,
    ),
    each('netdrill_check_group_members', 'How many members the group has.', ({members}) => members.length),
    each('netdrill_check_group_passed', 'How many members passed.', ({passed}) => passed),
    each('netdrill_check_group_needed', 'How many members have to pass.', ({needed}) => needed),
  ]
}

type Sampled = {readonly value: number} & Readonly<Record<string, string | number>>

const STATISTICS = ['min', 'avg', 'p50', 'p95', 'p99', 'max'] as const

function rttSamples(rtt: RttStatistics): readonly Sampled[] {
  return STATISTICS.map((stat) => ({stat, value: rtt[stat] / 1000}))
}

function labelsOf({name, kind, url, place}: CheckedTarget): Labels {
  return {target: name, kind, url, file: place.file}
}

function sample(name: string, labels: Readonly<Record<string, string | number>>, value: number): string {
  const pairs = Object.entries(labels).map(([key, text]) => `${key}="${escapeLabel(String(text))}"`)
  const inside = pairs.length === 0 ? '' : `{${pairs.join(',')}}`
  return `${name}${inside} ${Number(value.toPrecision(14))}`
}

function escapeLabel(text: string): string {
  return stripControl(text).replaceAll('\\', '\\\\').replaceAll('"', '\\"')
}
