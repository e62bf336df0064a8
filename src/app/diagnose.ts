/** One diagnosis from its flags to the exit code. */
import {concludeDiagnosis} from '../advice/conclude.ts'
import {type WalkRequest, walk} from '../connections/diagnose/walk.ts'
import type {Diagnosis} from '../core/diagnosis.ts'
import {addressFamily} from '../core/address.ts'
import {UserError} from '../core/errors.ts'
import {exitCodeOfSignal} from '../core/exit-codes.ts'
import type {Family} from '../core/outcome.ts'
import type {Ports} from '../core/ports.ts'
import {type Millis, formatDuration, parseDuration} from '../core/units.ts'
import {renderDiagnosis} from '../reporters/diagnosis.ts'
import {packageVersion} from '../system/package-root.ts'
import {type EndingSignal, endProcess, onEndingSignal} from '../system/signals.ts'
import {type Terminal, systemTerminal} from '../system/terminal.ts'
import {portOf, readDiagnoseTarget} from './diagnose-target.ts'

export interface DiagnoseFlags {
  readonly target: string
  readonly timeout: string
  readonly family: Family | 0
  readonly controls: readonly string[]
  readonly source?: string | undefined
  readonly interface?: string | undefined
  readonly ca?: readonly string[]
  readonly json: boolean
  readonly color: boolean
  readonly quiet: boolean
  readonly verbose: boolean
}

type WalkFlags = Omit<DiagnoseFlags, 'json' | 'color' | 'quiet' | 'verbose'>

const SHORTEST: Millis = 500
const LONGEST: Millis = 60_000

/** Diagnoses, prints and ends the process with the exit code. Throws `UserError` before anything is sent. */
export async function runDiagnose(flags: DiagnoseFlags, ports: Ports): Promise<never> {
  const terminal = systemTerminal({color: flags.color})
  const progress = openProgress(flags, terminal)
  const diagnosis = await diagnose(flags, ports, progress.show).finally(progress.close)
  const {color, unicode, columns} = terminal
  const {quiet, verbose} = flags
  const text = flags.json
    ? `${JSON.stringify(diagnosis, null, 2)}\n`
    : renderDiagnosis(diagnosis, {color, unicode, width: Math.max(40, columns), quiet, verbose})
  await write(terminal, text)
  // getaddrinfo(3) can't be interrupted: with a dead resolver it would hold the process up for ten seconds more.
  endProcess(diagnosis.exit)
}

/** Resolves when the text is with its reader, or there is no reader any more. */
async function write({stdout}: Terminal, text: string): Promise<void> {
  if (!stdout.writable) return
  await new Promise<void>((resolve) => stdout.write(text, () => resolve()))
}

/** The diagnosis itself; an ending signal ends it early and is told in the verdict. */
export async function diagnose(
  flags: WalkFlags,
  ports: Ports,
  progress: (text: string) => void,
): Promise<Diagnosis> {
  const stop = new AbortController()
  const request = readRequest(flags, stop.signal, progress)
  let signalled: EndingSignal | null = null
  const forget = onEndingSignal((signal) => {
    signalled = signal
    stop.abort(new Error(`${signal} received`))
  })
  const started = new Date(ports.clock.wall()).toISOString()
  const begin = ports.clock.now()
  try {
    const observed = await walk(request, ports)
    const exit = signalled === null ? null : exitCodeOfSignal(signalled)
    const duration = ports.clock.now() - begin
    return concludeDiagnosis(observed, {version: packageVersion(), started, duration, interrupted: exit})
  } finally {
    forget()
  }
}

function readRequest(flags: WalkFlags, signal: AbortSignal, progress: (text: string) => void): WalkRequest {
  const target = readDiagnoseTarget(flags.target)
  const port = portOf(target)
  if (port === null && (target.kind === 'tcp' || target.kind === 'tls')) {
    const message = `"${flags.target}" names no port`
    throw new UserError({code: 'USAGE_INVALID', message, advice: [`such as ${target.text}:443`]})
  }
  return {
    target,
    port,
    family: flags.source === undefined ? flags.family : (addressFamily(flags.source) ?? flags.family),
    from: readStandpoint(flags),
    controls: flags.controls.map(readDiagnoseTarget),
    timeout: readTimeout(flags.timeout),
    signal,
    progress,
  }
}

function readStandpoint({source, interface: device, family, ca = []}: WalkFlags): WalkRequest['from'] {
  if (source !== undefined) {
    const own = addressFamily(source)
    const because =
      own === null
        ? `"${source}" is no address`
        : family !== 0 && own !== family
          ? `${source} is not of the family that -${family} asks for`
          : null
    if (because !== null) throw new UserError({code: 'USAGE_INVALID', message: `--source: ${because}`})
  }
  return {
    ca,
    ...(source === undefined ? {} : {source}),
    ...(device === undefined ? {} : {interface: device}),
  }
}

function readTimeout(text: string): Millis {
  const parsed = parseDuration(text)
  const because = !parsed.ok
    ? parsed.because
    : parsed.value < SHORTEST || parsed.value > LONGEST
      ? `${text} is not between ${formatDuration(SHORTEST)} and ${formatDuration(LONGEST)}`
      : null
  if (parsed.ok && because === null) return parsed.value
  throw new UserError({code: 'USAGE_INVALID', message: `--timeout: ${because ?? ''}`})
}

interface Progress {
  readonly show: (text: string) => void
  readonly close: () => void
}

/** One line on stderr that is overwritten, only where a person watches. */
function openProgress({quiet}: DiagnoseFlags, {stderr, plain}: Terminal): Progress {
  if (!stderr.isTTY || quiet || plain) return {show: () => {}, close: () => {}}
  return {
    show: (text) => stderr.write(`\r\u001B[2Klooking at ${text} ...`),
    close: () => stderr.write('\r\u001B[2K'),
  }
}
