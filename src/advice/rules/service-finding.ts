/** What the rules above TCP share. */
import type {DiagnosisLayer} from '../../core/diagnosis.ts'
import type {Failure} from '../../core/failure.ts'
import type {ServiceSeen} from '../observed.ts'
import {type Finding, type RuleName, fromFailure} from '../rule.ts'
import {isStall} from './mtu.ts'

export const BELOW_SERVICE: readonly RuleName[] = ['link', 'address', 'route', 'gateway', 'tcp']

/** A stall may also come from packets that are too large for the path. */
export function serviceFinding(
  failure: Failure,
  layer: DiagnosisLayer,
  {address}: ServiceSeen,
  evidence: readonly string[],
): Finding {
  return fromFailure(failure, {
    layer,
    addresses: [address],
    evidence: [`${failure.code} at ${address}`, ...evidence],
    ...(isStall(failure.code) ? {alsoDependsOn: ['mtu']} : {}),
  })
}
