/** Groups with their paths, for the groups view and the line below the title. */
import {PATH_MODES} from '../core/group-events.ts'
import {show} from '../core/show.ts'
import {type Millis, formatDuration, formatStamp} from '../core/units.ts'
import {displayWidth, fitToWidth} from '../core/width.ts'
import {formatAge, formatLoss, formatRtt} from './formats.ts'
import {type Glyphs, STATE_LOOKS} from './glyphs.ts'
import type {GroupView, PathSwitch} from './group-view.ts'
import {recentStatistics} from './recent.ts'
import {type Line, type Span, span} from './spans.ts'
import type {TargetView} from './target-view.ts'

export interface GroupLinesContext {
  readonly targets: ReadonlyMap<string, TargetView>
  readonly now: Millis
  readonly glyphs: Glyphs
}

/** Each group: how it stands, its paths in the order of preference, its last switches. */
export function renderGroups(groups: readonly GroupView[], context: GroupLinesContext): readonly Line[] {
  if (groups.length === 0) return [[span('   no groups in the document', 'dim')]]
  const width = Math.max(...groups.flatMap(({info}) => info.members.map(({name}) => displayWidth(name))))
  return groups.flatMap((group, index) => [
    ...(index === 0 ? [] : [[]]),
    renderState(group, context),
    ...group.info.members.map((member) => renderMember(group, member, {...context, width})),
    ...renderMode(group, context),
    ...(group.held === null
      ? []
      : [[span('      '), span(`no switch: ${show(group.held)}`, 'warning')] as const]),
    ...group.switches.toReversed().map((one) => renderSwitch(one, context.glyphs)),
  ])
}

function renderState(group: GroupView, {now, glyphs}: GroupLinesContext): Line {
  const {info, state, healthy} = group
  const look = STATE_LOOKS[state]
  const kind =
    info.mode === 'quorum'
      ? `quorum, ${healthy} healthy of ${info.members.length}, needs ${info.needed ?? 1}`
      : `${modeText(group)}, ${group.switchCount} switch${group.switchCount === 1 ? '' : 'es'}`
  return [
    span('   '),
    span(show(info.name), 'strong'),
    span(`  ${glyphs[look.sign]} ${state}`, look.tone),
    span(` for ${formatAge(now - group.since)}`),
    span(`  ${kind}`, 'dim'),
    span(group.because === '' ? '' : `  ${show(group.because)}`, 'dim'),
  ]
}

/** `auto, now single`. */
function modeText({info, mode}: GroupView): string {
  return info.mode === 'auto' && mode !== null ? `auto, now ${mode.now}` : info.mode
}

function renderMode({info, mode}: GroupView, {now, glyphs}: GroupLinesContext): readonly Line[] {
  if (info.mode !== 'auto' || mode === null) return []
  const from = mode.from === null ? '' : `${mode.from} ${glyphs.arrow} `
  return [
    [
      span('      '),
      span(`mode ${from}${mode.now}`, isWorse(mode) ? 'warning' : 'good'),
      span(` ${formatAge(now - mode.since)} ago: ${show(mode.because)}`, 'dim'),
    ],
  ]
}

/** The modes are in the order of what they survive. */
function isWorse({from, now}: NonNullable<GroupView['mode']>): boolean {
  return from !== null && PATH_MODES.indexOf(now) < PATH_MODES.indexOf(from)
}

function renderMember(
  group: GroupView,
  member: GroupView['info']['members'][number],
  {targets, glyphs, width}: GroupLinesContext & {readonly width: number},
): Line {
  const target = targets.get(member.target)
  const state = target?.state ?? 'idle'
  const look = STATE_LOOKS[state]
  const isUsed = group.info.mode !== 'quorum' && group.path === member.name
  const figures = target ? renderFigures(target) : ''
  return [
    isUsed ? span(`    ${glyphs.arrow} `, 'accent') : span('      '),
    span(fitToWidth(show(member.name), width, 'left', glyphs.ellipsis), isUsed ? 'strong' : 'plain'),
    span(`  ${glyphs[look.sign]} ${state.padEnd(12)}`, look.tone),
    span(isUsed ? '  in use' : '        ', 'accent'),
    span(`  ${figures}`),
    span(member.target === member.name ? '' : `  ${show(member.target)}`, 'dim'),
  ]
}

function renderFigures(target: TargetView): string {
  const {rtt, loss, sent} = recentStatistics(target.recent)
  if (sent === 0) return ''
  return `${rtt ? `p50 ${formatRtt(rtt.p50)}, p95 ${formatRtt(rtt.p95)}, ` : ''}loss ${formatLoss(loss)}`
}

function renderSwitch({at, from, to, kind, because, took}: PathSwitch, glyphs: Glyphs): Line {
  const way = to === null ? `left ${from ?? 'nothing'}` : `${from ?? 'none'} ${glyphs.arrow} ${to}`
  return [
    span(`      ${formatStamp(at)}`, 'dim'),
    span(`  ${show(way)}`, kind === 'failback' || kind === 'start' ? 'good' : 'warning'),
    span(` after ${formatDuration(took)}, ${kind}: ${show(because)}`, 'dim'),
  ]
}

/** `uplink ! degraded on cable`, for the line of the states. */
export function renderGroupPills(groups: readonly GroupView[], glyphs: Glyphs): readonly Span[] {
  return groups.flatMap(({info, state, path, healthy}) => {
    const look = STATE_LOOKS[state]
    const where =
      info.mode === 'quorum' ? ` ${healthy}/${info.members.length}` : path === null ? '' : ` on ${show(path)}`
    return [
      span(`   ${show(info.name)} `, 'dim'),
      span(`${glyphs[look.sign]} ${state}`, look.tone),
      span(where),
    ]
  })
}
