/** Shows a running drill: the live view on a terminal, lines elsewhere, JSON for programs. */
import type {RunEvent} from '../core/events.ts'
import {toJsonDocument} from '../core/json.ts'
import type {Clock} from '../core/ports.ts'
import type {Millis} from '../core/units.ts'
import {emptyDrillDocument, foldDrillDocument} from '../reporters/drill-json.ts'
import {emptyDrillFacts, foldDrillFacts, renderDrillSummary} from '../reporters/drill-summary.ts'
import {renderJsonLine} from '../reporters/jsonl.ts'
import {linesReporter} from '../reporters/lines.ts'
import {type Terminal, systemTerminal} from '../system/terminal.ts'

export type DisplayKind = 'auto' | 'lines' | 'json' | 'jsonl'

export interface DisplayRequest {
  readonly display: DisplayKind
  readonly color: boolean
  /** Only the closing summary. */
  readonly quiet: boolean
}

export interface DisplayWorld {
  /** The run's clock. */
  readonly now: () => Millis
  readonly after: Clock['after']
  readonly onAbort: (urgency: 'orderly' | 'immediate', because: string) => void
  /** Absent where nothing can be added any more. */
  readonly onMark?: () => void
}

export interface Display {
  /** Never blocks the run. */
  show(event: RunEvent): void
  /** Gives the terminal back and prints what is left to say. */
  close(): Promise<void>
}

/** Picks the display: what was asked for, else the live view where a person sits at a terminal. */
export async function openDisplay(request: DisplayRequest, world: DisplayWorld): Promise<Display> {
  const terminal = systemTerminal({color: request.color})
  switch (request.display) {
    case 'json':
      return jsonDisplay(terminal)
    case 'jsonl':
      return {show: (event) => terminal.stdout.write(renderJsonLine(event)), close: async () => undefined}
    case 'auto':
      if (terminal.interactive && !request.quiet) return liveDisplay(terminal, world)
      return lineDisplay(terminal, request.quiet)
    case 'lines':
      return lineDisplay(terminal, request.quiet)
  }
}

function jsonDisplay(terminal: Terminal): Display {
  let document = emptyDrillDocument()
  return {
    show: (event) => {
      document = foldDrillDocument(document, event)
    },
    close: async () => {
      // A drill that could not begin has no result: its error is printed instead.
      if (document.verdict !== null) terminal.stdout.write(`${toJsonDocument(document)}\n`)
    },
  }
}

/** Progress goes to stderr, so that stdout carries the result only. */
function lineDisplay(terminal: Terminal, quiet: boolean): Display {
  const report = linesReporter(terminal)
  const summary = closingSummary(terminal)
  return {
    show: (event) => {
      summary.show(event)
      const text = quiet ? '' : report(event)
      if (text !== '') terminal.stderr.write(text)
    },
    close: async () => summary.print(),
  }
}

async function liveDisplay(terminal: Terminal, world: DisplayWorld): Promise<Display> {
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
    onAbort: (urgency) => world.onAbort(urgency, 'stopped at the keyboard'),
    ...(world.onMark ? {onMark: world.onMark} : {}),
  })
  const summary = closingSummary(terminal)
  return {
    show: (event) => {
      summary.show(event)
      for (const listener of listeners) listener(event)
    },
    close: async () => {
      await mounted.finish()
      const failure = await mounted.ended
      if (failure) stderr.write(`the live view broke (${failure.message}); the drill was not concerned\n`)
      summary.print()
    },
  }
}

/** Stays in the scrollback. */
function closingSummary(terminal: Terminal): {show: (event: RunEvent) => void; print: () => void} {
  let facts = emptyDrillFacts()
  return {
    show: (event) => {
      facts = foldDrillFacts(facts, event)
    },
    print: () => {
      const {columns: width, color, unicode} = terminal
      if (facts.document.verdict !== null)
        terminal.stdout.write(renderDrillSummary(facts, {width, color, unicode}))
    },
  }
}
