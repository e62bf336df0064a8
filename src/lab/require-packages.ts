/** Packages that only some servers of a lab need, and that people install themselves. */
import {UserError} from '../core/errors.ts'
import {EXIT} from '../core/exit-codes.ts'
import type {Ports} from '../core/ports.ts'
import type {LabSpec} from './lab.ts'

/** Where it has to be depends on where netdrill is: a package is looked for beside it. */
export const WERIFT_ADVICE: readonly string[] = [
  'install it where netdrill is: npm install werift',
  'where netdrill is installed for all projects: npm install --global werift',
  'with npx: npx --package=netdrill --package=werift netdrill drill run webrtc-ice-restart',
]

/** Throws `CAPABILITY_MISSING` (exit 6) before anything is built. */
export async function requirePackages(
  {servers}: Pick<LabSpec, 'servers'>,
  {capabilities}: Pick<Ports, 'capabilities'>,
): Promise<void> {
  const name = Object.keys(servers).find((key) => servers[key]?.kind === 'webrtc')
  if (name === undefined) return
  const {status} = await capabilities.check('webrtc')
  if (status !== 'missing') return
  throw new UserError(
    {
      code: 'CAPABILITY_MISSING',
      message: `the server ${name} of the lab speaks WebRTC by the package werift, which is not installed: netdrill does not bring it along`,
      advice: WERIFT_ADVICE,
    },
    EXIT.capability,
  )
}
