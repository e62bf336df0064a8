/** Shows a watch: the live view on a terminal, lines elsewhere, the event stream for programs. */
import type {RunEvent} from '../core/events.ts'
import type {Clock} from '../core/ports.ts'
import type {Millis} from '../core/units.ts'
import {toJsonDocument} from '../core/json.ts'
import {renderJsonLine} from '../reporters/jsonl.ts'
import {linesReporter} from '../reporters/lines.ts'
import type {MonitorFacts} from '../reporters/monitor-facts.ts'
import {makeMonitorStatus} from '../reporters/monitor-status.ts'
import {renderMonitorSummary} from '../reporters/monitor-summary.ts'
import {type Terminal, systemTerminal} from '../system/terminal.ts'

export interface MonitorDisplayRequest {
  readonly display: 'auto' | 'lines' | 'jsonl' | 'json'
  readonly color: boolean
  /** Only what has changed is told, and the closing summary. */
  readonly quiet: boolean
}

export interface MonitorDisplayWorld {
  /** Kept by the caller. */
  readonly facts: MonitorFacts
  readonly now: () => Millis
  readonly after: Clock['after']
  /** `interrupt` is Ctrl-C, which in raw mode is a key. */
  readonly onKey: (what: 'quit' | 'interrupt' | 'mark') => void
}

export interface MonitorDisplay {
  /** It has the terminal. */
  readonly live: boolean
  show(event: RunEvent): void
  /** Gives the terminal back and prints the summary. */
  close(): Promise<void>
}

/** Between progress lines without a terminal: a watch may go on for days. */
const PROGRESS_EVERY: Millis = 60_000
const NEVER: Millis = Number.POSITIVE_INFINITY

export async function openMonitorDisplay(
  request: MonitorDisplayRequest,
  world: MonitorDisplayWorld,
): Promise<MonitorDisplay> {
  const terminal = systemTerminal({color: request.color})
  if (request.display === 'jsonl')
    return {
      live: false,
      show: (event) => terminal.stdout.write(renderJsonLine(event)),
      close: async () => undefined,
    }
  if (request.display === 'json') return document(terminal, world.facts)
  if (request.display === 'auto' && terminal.interactive && !request.quiet) return live(terminal, world)
  return lines(terminal, request.quiet, world.facts)
}

/** Nothing but the state at the end, as one document. */
function document(terminal: Terminal, facts: MonitorFacts): MonitorDisplay {
  return {
    live: false,
    show: () => undefined,
    close: async () => {
      terminal.stdout.write(`${toJsonDocument(makeMonitorStatus(facts, facts.at))}\n`)
      return Promise.resolve()
    },
  }
}

function lines(terminal: Terminal, quiet: boolean, facts: MonitorFacts): MonitorDisplay {
  const report = linesReporter({...terminal, progressEvery: quiet ? NEVER : PROGRESS_EVERY})
  return {
    live: false,
    show: (event) => {
      const text = report(event)
      if (text !== '') terminal.stderr.write(text)
    },
    close: async () => printSummary(terminal, facts),
  }
}

async function live(terminal: Terminal, world: MonitorDisplayWorld): Promise<MonitorDisplay> {
  const {mountDrill} = await import('../ui/mount.tsx')
  const listeners = new Set<(event: RunEvent) => void>()
  const {stdin, stdout, stderr, unicode, color} = terminal
  const mounted = await mountDrill({
    stdin,
    stdout,
    stderr,
    unicode,
    color,
    now: world.now,
    after: world.after,
    subscribe: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    onAbort: () => world.onKey('interrupt'),
    onQuit: () => world.onKey('quit'),
    onMark: () => world.onKey('mark'),
  })
  return {
    live: true,
    show: (event) => {
      for (const listener of listeners) listener(event)
    },
    close: async () => {
      await mounted.finish()
      const failure = await mounted.ended
      if (failure) stderr.write(`the live view broke (${failure.message}); the watch was not concerned\n`)
      printSummary(terminal, world.facts)
    },
  }
}

function printSummary({stdout, columns: width, color, unicode}: Terminal, facts: MonitorFacts): void {
  stdout.write(renderMonitorSummary(facts, {width, color, unicode}))
}
