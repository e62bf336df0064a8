/** A recorded profile in words: what stands above it in its file, and one line for the person who waits. Pure. */
import {type ProfileText, exact, exactPercent} from '../../config/link-profiles/write.ts'
import {profileWay} from '../../core/link-profile.ts'
import {percentile, rttStatistics} from '../../core/statistics.ts'
import {stripControl} from '../../core/text.ts'
import {formatDuration, formatPercent} from '../../core/units.ts'
import type {RecordedProfile} from './make-profile.ts'
import {hasHandshake} from './path-recorder.ts'

interface RecordedWhen {
  /** ISO 8601. */
  readonly at: string
  /** For the words that use it. */
  readonly file: string
}

export function describeRecorded(recorded: RecordedProfile, {at, file}: RecordedWhen): ProfileText {
  const {profile, series} = recorded
  const {target, rtts, fates} = series
  const way = profileWay(profile)
  const known = fates.filter((fate) => fate !== null).length
  return {
    profile,
    measured: measuredOf(recorded, at),
    comments: [
      `A link as netdrill saw it: ${nameOf(target)}, ${fates.length} samples ${formatDuration(target.interval)} apart.`,
      baseOf(target.kind),
      'All figures are of round trips. One fault gets them as they are. A link of a lab has two directions, which are taken to be',
      `alike: each gets half of rtt (${exact(way.delay)}), jitter divided by √2 (${exact(way.jitter)}), and half of the loss.`,
      `A loss of less than ${formatPercent(Math.min(1, 3 / known))} may not show in so many samples; bursts are counted in probes; no rate is known.`,
      ...clippedNote(recorded),
      `Use it: "profile: ${relative(file)}" on a link of a lab, a netem fault or an entry of a timeline; on a command line --profile ${relative(file)}`,
      ...(rtts.length < 1000 ? ['One delay in a hundred is known badly: 1000 answers would show more.'] : []),
    ],
  }
}

/** One line. */
export function tellRecorded({profile, loss, series}: RecordedProfile, file: string): string {
  const {stddev = 0} = rttStatistics(series.rtts) ?? {}
  const bursts = loss.model?.model === 'gemodel' ? ` in bursts of ${Number(loss.burst.toFixed(1))}` : ''
  return `recorded ${series.rtts.length} answers in ${file}: round trip ${formatDuration(profile.rtt)} ± ${formatDuration(stddev)}, ${formatPercent(loss.share)} lost${bursts}`
}

function measuredOf({series, loss}: RecordedProfile, at: string): Record<string, string | number> {
  const {target, rtts, fates, late, duplicates, overtaken, others} = series
  const statistics = rttStatistics(rtts)
  const failed = [...others.values()].reduce((sum, count) => sum + count, 0)
  return {
    at,
    target: nameOf(target),
    samples: fates.length,
    interval: exact(target.interval),
    answers: rtts.length,
    ...(statistics && {
      rtt_min: exact(statistics.min),
      rtt_median: exact(statistics.p50),
      rtt_p99: exact(statistics.p99),
      rtt_max: exact(statistics.max),
      rtt_stddev: exact(statistics.stddev),
    }),
    loss: exactPercent(loss.share),
    ...(loss.burst > 0 && {loss_burst: Number(loss.burst.toFixed(2))}),
    ...(late > 0 && {late}),
    ...(duplicates > 0 && {duplicates}),
    ...(overtaken > 0 && {overtaken}),
    ...(failed > 0 && {failed_otherwise: failed}),
  }
}

function baseOf(kind: string): string {
  if (hasHandshake(kind))
    return 'A round trip is a TCP handshake. TCP sends again what was lost, so a loss shows as an answer a second late: ping sees losses.'
  if (kind === 'ping') return 'A round trip is an ICMP echo.'
  return `A round trip is a question and its answer by ${kind}, with the time that the server took.`
}

/** The target of a probe has its kind in its name. */
function nameOf({kind, name}: RecordedProfile['series']['target']): string {
  const text = stripControl(name)
  return text.startsWith(`${kind} `) ? text : `${kind} ${text}`
}

/** Half of the mean may be nearer to 0 than the fastest answers were to the mean. */
function clippedNote({profile, series}: RecordedProfile): readonly string[] {
  const least = percentile(
    series.rtts.toSorted((a, b) => a - b),
    1,
  )
  if (profile.rtt / 2 >= (profile.rtt - least) / Math.SQRT2) return []
  return [
    'The fastest answers were so much faster than the mean that, halved, they would take less than no time: on a link of a lab',
    'they take none, and the mean is above the recorded one. A fault on one direction is exact.',
  ]
}

/** A bare name would be looked for among the kinds of links. */
function relative(file: string): string {
  return file.includes('/') ? file : `./${file}`
}
