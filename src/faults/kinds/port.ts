/** `port`: a port is taken, so that a service can't start there: bind(2) fails with EADDRINUSE. */
import * as z from 'zod'
import type {Capability} from '../../core/capabilities.ts'
import {UserError} from '../../core/errors.ts'
import {isSingle} from '../addresses.ts'
import {hasAll, missingError} from '../choose-backend.ts'
import type {FaultScope} from '../fault.ts'
import {HOLDER_NOTE, holdStep} from '../hold-act.ts'
import type {PlannedKind} from '../kind.ts'
import {type Scope} from '../scope.ts'
import {scopeSchema} from '../scope-schema.ts'
import type {Blueprint, Situation} from '../situation.ts'

export const portSchema = z.strictObject({
  kind: z.literal('port'),
  scope: scopeSchema
    .optional()
    .describe('the port that is taken, its protocol, and the address it is taken on'),
})
export interface PortSpec {
  readonly kind: 'port'
  readonly scope?: FaultScope | undefined
}

const NEEDS: readonly Capability[] = ['linux']

export const port: PlannedKind<PortSpec> = {
  kind: 'port',
  summary: 'take a port, so that a service finds it occupied when it starts',
  example: 'netdrill fault plan port --port 8080 --protocol tcp',
  needs: [NEEDS],
  schema: portSchema,
  needsDevice: false,
  shapes: false,
  names: true,
  plan: planPort,
}

/** The port of a scope that says nothing else than which port of which address; throws for any other. */
function portOf({port: number, to, from}: Scope): number {
  const [network, ...more] = to
  const plain = from.length === 0 && more.length === 0 && (!network || isSingle(network))
  if (number !== null && plain) return number
  throw new UserError({
    code: 'USAGE_INVALID',
    message:
      'say which port is taken: the scope needs port, may have protocol and one address, and nothing else',
  })
}

function planPort(_: PortSpec, situation: Situation): Blueprint {
  const {id, scope} = situation
  const [network] = scope.to
  const number = portOf(scope)
  if (!hasAll(situation, NEEDS)) throw missingError(situation, 'taking a port', [NEEDS])
  const protocol = scope.protocol === 'udp' ? 'udp' : 'tcp'
  const address = network?.address ?? (scope.family === 4 ? '0.0.0.0' : '::')
  const words = `${protocol} port ${number} taken${network ? ` on ${address}` : ''}`
  return {
    backend: 'holder',
    because: HOLDER_NOTE,
    words,
    effect: {},
    warnings: [],
    notes: [
      'whoever has the port keeps it: the fault fails then; stop the service first, or plan its restart meanwhile',
      ...(protocol === 'tcp'
        ? ['connections to the port are reset at once']
        : ['datagrams to the port are swallowed']),
    ],
    act: {
      steps: holdStep(id, words, 'the port has an owner, so that nobody else can bind it'),
      hit: [`hit: programs that want to bind ${protocol} port ${number} here`, 'not hit: everything else'],
      trace: {type: 'held', id},
      work: {type: 'listen', protocol, port: number, address},
    },
  }
}
