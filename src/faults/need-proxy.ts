import {UserError} from '../core/errors.ts'
import {EXIT} from '../core/exit-codes.ts'
import type {Situation} from './situation.ts'

/** Exit 6 unless a proxy stands in front of the target. */
export function needProxy(situation: Situation, words: string): void {
  if (situation.proxy) return
  throw new UserError(
    {
      code: 'CAPABILITY_MISSING',
      message: `the fault "${words}" needs a proxy in front of the target, and there is none`,
      advice: [
        'on the command line: --proxy LISTEN=UPSTREAM, and point the client to LISTEN',
        'in a lab: proxy: true at the server',
      ],
    },
    EXIT.capability,
  )
}
