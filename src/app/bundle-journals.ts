/** What runs have left: their events, and what people did and what failed in them, told line by line. */
import {UserError} from '../core/errors.ts'
import type {RunEvent, RunInfo} from '../core/events.ts'
import type {Ports} from '../core/ports.ts'
import {formatStamp} from '../core/units.ts'
import {renderJsonLine} from '../reporters/jsonl.ts'
import {linesReporter} from '../reporters/lines.ts'
import {MonitorFacts} from '../reporters/monitor-facts.ts'
import {renderMonitorSummary} from '../reporters/monitor-summary.ts'
import type {Evidence} from '../connections/evidence/collect.ts'
import {type FoundJournal, findJournal} from './find-journal.ts'

/** Of the journals that nobody asked for by name. */
const NEWEST = 3

type JournalPorts = Pick<Ports, 'files' | 'host'>

/** The pieces of the named journals, or of the newest ones. Throws `UserError` when a named one is not there. */
export async function collectJournals(
  named: readonly string[],
  ports: JournalPorts,
): Promise<readonly Evidence[]> {
  const names = named.length > 0 ? named : await newestJournals(ports)
  const journals: FoundJournal[] = []
  const unreadable: Evidence[] = []
  for (const name of names) {
    try {
      journals.push(await findJournal(name, ports))
    } catch (error) {
      if (named.length > 0 || !(error instanceof UserError)) throw error
      const because = error.problems[0]?.message ?? 'it can not be read'
      unreadable.push({
        name: `connections/runs/${baseOf(name)}`,
        what: 'events of a run',
        text: null,
        because,
      })
    }
  }
  const ledgers = await collectLedgers(ports)
  if (journals.length === 0) {
    const because = 'no run has left a journal: drills do, and monitor with --journal'
    return [
      ...unreadable,
      {name: 'connections/runs', what: 'events of runs', text: null, because},
      ...ledgers,
    ]
  }
  return [...unreadable, ...journals.flatMap(piecesOf), ...ledgers]
}

async function newestJournals({files, host}: JournalPorts): Promise<readonly string[]> {
  const names = await files.list(`${host.stateFolder}/journals`).catch(() => [])
  const runs = new Set(
    names.filter((name) => name.endsWith('.jsonl')).map((name) => name.replace(/(?:\.\d{4,})?\.jsonl$/, '')),
  )
  return [...runs].toSorted().slice(-NEWEST)
}

function piecesOf(journal: FoundJournal): readonly Evidence[] {
  const {events} = journal
  const [first] = events
  const run = first?.type === 'run-started' ? first.run : null
  const name = baseOf(run?.id ?? journal.file)
  const facts = new MonitorFacts()
  for (const event of events) facts.add(event)
  const summary = renderMonitorSummary(facts, {width: 120, color: false, unicode: true})
  const pieces = [
    {
      name: `connections/runs/${name}.jsonl`,
      what: 'events of a run',
      text: events.map(renderJsonLine).join(''),
    },
    {name: `connections/figures/${name}.txt`, what: 'targets of that run, with percentiles', text: summary},
    {name: `errors/runs/${name}.txt`, what: 'what failed in that run', text: troubles(events)},
    {name: `actions/runs/${name}.txt`, what: 'what was done in that run', text: actions(run, events)},
  ]
  return pieces.map((piece): Evidence => {
    const {text, ...rest} = piece
    return text === '' ? {...rest, text: null, because: 'there was none'} : piece
  })
}

/** Each event in what `choose` makes of it and its line; empty leaves it out. The lines tell what changed, so all are rendered. */
function tell(events: readonly RunEvent[], choose: (event: RunEvent, line: string) => string): string {
  const render = linesReporter({color: false, unicode: true, progressEvery: Number.POSITIVE_INFINITY})
  return events.map((event) => choose(event, render(event))).join('')
}

/** Each failed attempt with its code, and what followed from it. */
function troubles(events: readonly RunEvent[]): string {
  return tell(events, (event, line) => {
    if (event.type !== 'sample') return isTrouble(event) ? line : ''
    const {outcome} = event.sample
    if (outcome.status !== 'failed') return ''
    const {code, message} = outcome.failure
    return `${formatStamp(event.at)}  ${event.target}  ${code}: ${message}\n`
  })
}

function isTrouble(event: RunEvent): boolean {
  return (
    event.type === 'state-changed' ||
    event.type === 'observer-gap' ||
    (event.type === 'notice' && event.level !== 'info')
  )
}

function actions(run: RunInfo | null, events: readonly RunEvent[]): string {
  const head = run === null ? '' : `${run.started} netdrill ${run.command}: ${run.title}, seed ${run.seed}\n`
  return head + tell(events, (event, line) => (isAction(event) ? line : ''))
}

/** Faults, marks and what was asked of the run. */
function isAction(event: RunEvent): boolean {
  return (
    event.type === 'abort-requested' ||
    event.type.startsWith('fault-') ||
    (event.type === 'notice' && event.text.startsWith('mark '))
  )
}

/** The ledgers tell which faults commands have set and undone on this machine. */
async function collectLedgers({files, host}: JournalPorts): Promise<readonly Evidence[]> {
  const folder = `${host.stateFolder}/ledger`
  const what = 'faults that were set here, and their undoing'
  const names = (await files.list(folder).catch(() => [])).filter((name) => name.endsWith('.json'))
  const texts = await Promise.all(names.map(async (name) => files.readText(`${folder}/${name}`)))
  const text = texts
    .map((one) => one ?? '')
    .filter((one) => one !== '')
    .join('\n')
  return [
    text === ''
      ? {name: 'actions/faults.json', what, text: null, because: 'no fault is or was open'}
      : {name: 'actions/faults.json', what, text},
  ]
}

function baseOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1).replace(/\.jsonl$/, '')
}
