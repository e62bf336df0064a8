/** The recorded run with other ends. */
import type {RunEvent} from '../../src/core/events.ts'
import {readRun} from './record-run.ts'

const EXITS = {fail: 1, inconclusive: 3, aborted: 4} as const

export function endRun(verdict: keyof typeof EXITS, reasons: readonly string[]): readonly RunEvent[] {
  return readRun().map((event): RunEvent => {
    if (event.type === 'verdict') return {...event, verdict, reasons, exit: EXITS[verdict]}
    if (event.type === 'expectation' && event.text.startsWith('api.downtime'))
      return {...event, text: 'api.downtime < 5s', met: false}
    if (event.type === 'fault-measured' && verdict === 'inconclusive')
      return {...event, proofs: event.proofs.map((proof) => ({...proof, verdict: 'no-traffic'}))}
    return event
  })
}

/** The journal of a run that was killed: the events until then. */
export function killRun(at: number): readonly RunEvent[] {
  return readRun().filter((event) => event.at <= at)
}
