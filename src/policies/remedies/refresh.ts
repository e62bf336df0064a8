/** New credentials, fetched by a program: once for everybody who needs them. */
import type {Clock, Exec} from '../../core/ports.ts'
import {type Millis, formatDuration} from '../../core/units.ts'
import type {RefreshSettings} from './settings.ts'

export interface Refreshed {
  readonly ok: boolean
  /** What happened, without anything that the program said: that may be the secret itself. */
  readonly text: string
}

interface Flight {
  readonly endedAt: Millis | null
  readonly result: Promise<Refreshed>
}

/** Of one process: targets with the same command share its runs. */
export class Refreshes {
  readonly #flights = new Map<string, Flight>()

  /**
   * Runs the command, unless it is under way, or has succeeded since `since`: then whoever failed had the old
   * credentials. Never rejects.
   */
  async refresh(
    settings: RefreshSettings,
    since: Millis,
    ports: {readonly exec: Exec; readonly clock: Pick<Clock, 'now'>},
  ): Promise<Refreshed> {
    const key = JSON.stringify(settings.command)
    const known = this.#flights.get(key)
    if (known && known.endedAt === null) {
      return shared(await known.result, 'another target’s refresh was under way')
    }
    if (known && known.endedAt !== null && known.endedAt >= since) {
      const before = await known.result
      if (before.ok) return shared(before, 'another target has refreshed meanwhile')
    }
    const result = runRefresh(settings, ports.exec)
    this.#flights.set(key, {endedAt: null, result})
    const refreshed = await result
    this.#flights.set(key, {endedAt: ports.clock.now(), result})
    return refreshed
  }
}

function shared({ok, text}: Refreshed, how: string): Refreshed {
  return {ok, text: `${how}: ${text}`}
}

/** Not ended with an attempt: others may wait for it, and half a refresh may use a token up. */
async function runRefresh({command, timeout}: RefreshSettings, exec: Exec): Promise<Refreshed> {
  const [file = '', ...args] = command
  try {
    const {exitCode, took, timedOut, notFound} = await exec.run({file, args, timeout})
    const after = `after ${formatDuration(Math.round(took))}`
    if (notFound) return {ok: false, text: `there is no program ${file}`}
    if (timedOut) return {ok: false, text: `${file} did not end within ${formatDuration(timeout)}`}
    if (exitCode === null) return {ok: false, text: `${file} was ended by a signal ${after}`}
    if (exitCode !== 0) return {ok: false, text: `${file} ended with ${exitCode} ${after}`}
    return {ok: true, text: `${file} ended well ${after}`}
  } catch (error) {
    return {
      ok: false,
      text: `${file} could not be run: ${error instanceof Error ? error.message : String(error)}`,
    }
  }
}
