/** Shows a probe: text as it happens, events as lines, or one document at the end. */
import type {RunEvent} from '../core/events.ts'
import type {ProbeResult} from '../core/probe-result.ts'
import {renderJsonLine} from '../reporters/jsonl.ts'
import {type ProbeHuman, probeHuman} from '../reporters/probe-human.ts'
import {renderProbeJson} from '../reporters/probe-json.ts'
import {renderNagios} from '../reporters/probe-nagios.ts'
import {type Terminal, systemTerminal} from '../system/terminal.ts'
import type {ExitStyle} from './probe-judge.ts'

export interface ProbeDisplayRequest {
  readonly mode: 'text' | 'json' | 'jsonl'
  readonly color: boolean
  readonly quiet: boolean
  readonly verbose: boolean
  readonly exitStyle: ExitStyle
  /** 0 for no end. */
  readonly count: number
}

export interface ProbeDisplay {
  show(event: RunEvent): void
  end(result: ProbeResult): void
  close(): void
}

/** Without a terminal lines are still kept this short, for logs. */
const LOG_WIDTH = 120
const LEAST_WIDTH = 40

export function openProbeDisplay(
  request: ProbeDisplayRequest,
  world: {readonly onClosed: () => void},
): ProbeDisplay {
  const terminal = systemTerminal({color: request.color})
  const forget = onClosedPipe(terminal, world.onClosed)
  const write = (text: string): void => {
    if (text !== '' && terminal.stdout.writable) terminal.stdout.write(text)
  }
  const progress = openProgress(request, terminal)
  const width = terminal.stdout.isTTY ? Math.max(LEAST_WIDTH, terminal.columns) : LOG_WIDTH
  const {quiet, verbose} = request
  const human = probeHuman({color: terminal.color, width, quiet, verbose})
  return {
    show: (event) => {
      progress.show(event)
      write(renderEvent(request, human, event))
    },
    end: (result) => {
      progress.close()
      write(renderEnd(request, human, result))
    },
    close: () => {
      progress.close()
      forget()
    },
  }
}

function renderEvent({mode, exitStyle}: ProbeDisplayRequest, human: ProbeHuman, event: RunEvent): string {
  if (mode === 'jsonl') return renderJsonLine(event)
  return mode === 'json' || exitStyle === 'nagios' ? '' : human.show(event)
}

function renderEnd({mode, exitStyle}: ProbeDisplayRequest, human: ProbeHuman, result: ProbeResult): string {
  if (mode === 'json') return renderProbeJson(result)
  if (mode === 'jsonl') return ''
  return exitStyle === 'nagios' ? `${renderNagios(result)}\n` : human.end(result)
}

/** The listener stays after the end: what is still in the pipe may fail later. */
function onClosedPipe({stdout}: Terminal, onClosed: () => void): () => void {
  let isOver = false
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
    if (!isOver) onClosed()
  })
  return () => {
    isOver = true
  }
}

interface Progress {
  show(event: RunEvent): void
  close(): void
}

/** One line on stderr that is overwritten; only where a person watches and stdout does not show samples already. */
function openProgress(request: ProbeDisplayRequest, {stdout, stderr, plain}: Terminal): Progress {
  const isSilent = request.mode !== 'text' || request.quiet || request.exitStyle === 'nagios'
  const isWanted = stderr.isTTY && !plain && request.count !== 1 && (isSilent || !stdout.isTTY)
  if (!isWanted) return {show: () => {}, close: () => {}}
  let taken = 0
  let failed = 0
  let drawn = false
  return {
    show: (event) => {
      if (event.type !== 'sample') return
      taken++
      if (event.sample.outcome.status === 'failed') failed++
      const of = request.count === 0 ? '' : ` of ${request.count}`
      stderr.write(`\r\u001B[2K${taken}${of} samples, ${failed} failed`)
      drawn = true
    },
    close: () => {
      if (drawn) stderr.write('\r\u001B[2K')
      drawn = false
    },
  }
}
