/** From a handshake to facts and, if there is one, the failure. */
import {makeFailure} from '../../core/codes/index.ts'
import type {TlsFacts} from '../../core/facts.ts'
import type {Failure} from '../../core/failure.ts'
import type {Ports} from '../../core/ports.ts'
import {alertOfCode} from './alerts.ts'
import {parseCertificateDer, type Certificate} from './certificate.ts'
import {explainHandshake} from './handshake-failure.ts'
import type {TlsTarget} from './measure.ts'
import {judgeOcsp, type OcspReport} from './ocsp.ts'
import {isoText, type TrustProblem} from './path-rules.ts'
import type {Handshake} from './shake-hands.ts'
import {buildFacts} from './tls-facts.ts'
import {judgeTrust, sortProblems, type TrustReport} from './trust.ts'

export interface Inspection {
  readonly failure: Failure | null
  readonly facts: TlsFacts
}

export async function inspect(
  target: TlsTarget,
  handshake: Handshake,
  {clock}: Pick<Ports, 'clock'>,
): Promise<Inspection> {
  const now = clock.wall()
  const {side, end, context} = handshake
  const chain = handshake.chain.map(parseCertificateDer).filter((each) => each !== null)
  const {trust, ocsp} = await judgeAll(target, handshake, chain, now)
  const alert = end?.by === 'error' ? alertOfCode(end.error.code) : null
  const facts = buildFacts({
    side,
    negotiated: handshake.negotiated,
    sni: target.sni,
    chain,
    trust,
    alert,
    ocsp,
    now,
  })
  if (end) return {failure: explainHandshake(end, side, context), facts}
  const distrust = target.options.verify && trust ? explainDistrust(context.peer, trust.problems, now) : null
  return {failure: distrust, facts}
}

async function judgeAll(
  {reference, materials}: TlsTarget,
  {side}: Handshake,
  chain: readonly Certificate[],
  now: number,
): Promise<{readonly trust: TrustReport | null; readonly ocsp: OcspReport}> {
  const trust = await judgeTrust({chain, reference, now, stores: materials.stores})
  const ocsp = judgeOcsp(side.ocsp, chain[0], trust?.path[1], now)
  if (!trust || ocsp.status !== 'revoked') return {trust, ocsp}
  const since = ocsp.revokedAt === null ? '' : ` on ${isoText(ocsp.revokedAt)}`
  const revoked: TrustProblem = {
    code: 'TLS_CERT_REVOKED',
    text: `the issuer revoked the certificate${since}, as the server's own stapled OCSP response says`,
  }
  return {trust: {...trust, problems: sortProblems([...trust.problems, revoked])}, ocsp}
}

/** Fails with the most telling reason and mentions the others; null when there are none. */
function explainDistrust(peer: string, problems: readonly TrustProblem[], now: number): Failure | null {
  const [first, ...others] = problems
  if (!first) return null
  const also = others.length === 0 ? '' : `; besides, ${others.map(({text}) => text).join('; ')}`
  const clockMatters = first.code === 'TLS_CERT_EXPIRED' || first.code === 'TLS_CERT_NOT_YET_VALID'
  return makeFailure(first.code, `${peer}: ${first.text}${also}`, {
    advice: clockMatters ? [`this machine's clock shows ${isoText(now)}: make sure that it is right`] : [],
  })
}
