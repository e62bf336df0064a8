/** A bundle from the command line: progress while it is gathered, then what is in it. */
import {bundleJson, renderBundle} from '../reporters/bundle.ts'
import {exitCodeOfSignal} from '../core/exit-codes.ts'
import {endProcess} from '../system/signals.ts'
import {systemTerminal} from '../system/terminal.ts'
import {type BundleRequest, makeBundle} from './bundle.ts'
import {watchInterrupt} from './interrupt.ts'
import {openPorts} from './ports.ts'

export interface BundleLook {
  readonly json: boolean
  readonly color: boolean
  readonly quiet: boolean
  readonly verbose: boolean
}

/** Returns the text for stdout. An interruption ends it without an archive. */
export async function runBundle(request: BundleRequest, look: BundleLook): Promise<string> {
  const terminal = systemTerminal({color: look.color})
  const shows = terminal.stderr.isTTY && !terminal.plain && !look.quiet && !look.json
  const progress = (text: string): void => {
    if (shows) terminal.stderr.write(`\r\u001B[K${text}`)
  }
  const interrupt = watchInterrupt()
  try {
    const view = await makeBundle(request, openPorts(), {signal: interrupt.signal, progress})
    progress('')
    if (look.json) return bundleJson(view)
    if (look.quiet) return `${view.file ?? ''}\n`
    return renderBundle(view, {
      width: terminal.stdout.isTTY ? terminal.columns : Number.POSITIVE_INFINITY,
      color: terminal.color,
      verbose: look.verbose,
    })
  } catch (error) {
    const signal = interrupt.received()
    if (signal === null) throw error
    progress('')
    return endProcess(exitCodeOfSignal(signal))
  } finally {
    interrupt.forget()
  }
}
