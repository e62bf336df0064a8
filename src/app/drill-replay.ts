/** Shows a recorded drill again, at the pace of its journal or faster. */
import {UserError} from '../core/errors.ts'
import type {RunEvent} from '../core/events.ts'
import {toJsonDocument} from '../core/json.ts'
import type {Clock, Ports} from '../core/ports.ts'
import {type Millis, formatDuration} from '../core/units.ts'
import {emptyDrillDocument, foldDrillDocument} from '../reporters/drill-json.ts'
import {
  type SummaryOptions,
  emptyDrillFacts,
  foldDrillFacts,
  renderDrillSummary,
} from '../reporters/drill-summary.ts'
import {MonitorFacts} from '../reporters/monitor-facts.ts'
import {renderMonitorSummary} from '../reporters/monitor-summary.ts'
import {onEndingSignal} from '../system/signals.ts'
import {systemTerminal} from '../system/terminal.ts'
import {type DisplayRequest, openDisplay} from './drill-display.ts'
import {type FoundJournal, findJournal} from './find-journal.ts'

export interface ReplayRequest extends DisplayRequest {
  readonly journal: string
  /** How many times faster than it happened; `max` doesn't wait at all. Null: 1 in the live view, `max` elsewhere. */
  readonly speed: number | 'max' | null
}

const SLOWEST = 0.1
const FASTEST = 1000
/** So many events at most are shown in one go. */
const TURN = 500

export interface ReplayResult {
  /** Remarks for stderr. */
  readonly remarks: readonly string[]
}

/** `4`, `0.5` or `max`. Throws USAGE_INVALID for anything else. */
export function parseSpeed(text: string): number | 'max' {
  if (text === 'max') return 'max'
  const speed = /^\d+(\.\d+)?$/.test(text) ? Number(text) : 0
  if (speed >= SLOWEST && speed <= FASTEST) return speed
  throw new UserError({
    code: 'USAGE_INVALID',
    message: `--speed takes a number from ${SLOWEST} to ${FASTEST}, or max; not "${text}"`,
  })
}

/** Replays to the end, or until a key or signal stops it. Throws `UserError` when the journal can't be read. */
export async function replayDrill(
  request: ReplayRequest,
  ports: Pick<Ports, 'clock' | 'files' | 'host'>,
): Promise<ReplayResult> {
  const found = await findJournal(request.journal, ports)
  if (request.display === 'json') return replayAsDocument(found)
  const terminal = systemTerminal({color: request.color})
  const live = request.display === 'auto' && terminal.interactive && !request.quiet
  const speed = request.speed ?? (live ? 1 : 'max')
  const stopped = await play(
    found,
    {...request, display: speed === 'max' ? plain(request) : request.display},
    {
      clock: ports.clock,
      speed,
    },
  )
  const hasVerdict = found.events.some(({type}) => type === 'verdict')
  if (!hasVerdict && !stopped && request.display !== 'jsonl') {
    const {columns: width, color, unicode} = terminal
    terminal.stdout.write(summarize(found.events, {width, color, unicode}))
  }
  return {remarks: stopped ? [`stopped: ${stopped}`] : remarksOn(found)}
}

function summarize(events: readonly RunEvent[], look: SummaryOptions): string {
  const facts = new MonitorFacts()
  for (const event of events) facts.add(event)
  return facts.run?.purpose === 'monitor'
    ? renderMonitorSummary(facts, look)
    : renderDrillSummary(events.reduce(foldDrillFacts, emptyDrillFacts()), look)
}

/** Nobody can watch the live view at full speed. */
function plain({display}: DisplayRequest): DisplayRequest['display'] {
  return display === 'auto' ? 'lines' : display
}

function replayAsDocument(found: FoundJournal): ReplayResult {
  const document = found.events.reduce(foldDrillDocument, emptyDrillDocument())
  systemTerminal({color: false}).stdout.write(`${toJsonDocument(document)}\n`)
  return {remarks: remarksOn(found)}
}

function remarksOn({complete, cut, events}: FoundJournal): readonly string[] {
  if (complete) return []
  const end = formatDuration(events.reduce((latest, {at}) => Math.max(latest, at), 0))
  const tail = cut ? ', and its last line is cut off' : ''
  return [`the run did not reach its end: the journal stops at ${end}${tail}`]
}

interface Pace {
  readonly clock: Clock
  readonly speed: number | 'max'
}

/** Shows each event when its time has come. Returns why it was stopped, or null at the end. */
async function play(
  {events, begins}: FoundJournal,
  request: DisplayRequest,
  {clock, speed}: Pace,
): Promise<string | null> {
  const stop = new AbortController()
  const origin = clock.now()
  const factor = speed === 'max' ? Number.POSITIVE_INFINITY : speed
  const end = events.at(-1)?.at ?? 0
  const elapsed = (): Millis =>
    speed === 'max' ? end : Math.min(end, begins + (clock.now() - origin) * factor)
  const onStop = (because: string): void => stop.abort(because)
  const display = await openDisplay(request, {
    now: elapsed,
    after: (wait, callback) => clock.after(wait, callback),
    onAbort: (_urgency, because) => onStop(because),
  })
  const forget = onEndingSignal((signal) => onStop(`${signal} received`))
  try {
    let shown = 0
    for (const event of events) {
      const wait = origin + (event.at - begins) / factor - clock.now()
      // A turn of the loop now and then lets keys and signals through at any speed.
      if (wait > 0 || shown % TURN === 0) await clock.sleep(Math.max(0, wait), stop.signal)
      display.show(event)
      shown += 1
    }
    return null
  } catch (error) {
    if (!stop.signal.aborted) throw error
    return String(stop.signal.reason)
  } finally {
    await display.close()
    forget()
  }
}
