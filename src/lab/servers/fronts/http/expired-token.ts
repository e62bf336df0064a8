import type {IncomingMessage} from 'node:http'
import type {HttpFrontEffect} from '../../../../core/proxy-effects.ts'
import type {Gate} from '../gate.ts'

interface TokenState {
  /** The credentials that were in use when the fault began. */
  readonly expired: string
  /** The path that gives new ones has answered with success. */
  refreshed: boolean
}

type HttpGate = Gate<HttpFrontEffect>

/** Which credentials are no longer good, for each fault that lets them expire. */
export class TokenBook {
  readonly #states = new WeakMap<HttpGate, TokenState>()

  /** Whether a fault acts on a request, by its choice, and by the request's credentials where it is about those. */
  decide(gate: HttpGate, request: IncomingMessage): boolean {
    const {token} = gate.effect
    if (!token) return gate.opens(request)
    const given = request.headers.authorization ?? ''
    const state = this.#states.get(gate) ?? {expired: given, refreshed: false}
    this.#states.set(gate, state)
    if (token.refresh !== undefined && request.url?.startsWith(token.refresh)) return gate.spares(request)
    const renewed = token.refresh === undefined ? given !== '' && given !== state.expired : state.refreshed
    return renewed ? gate.spares(request) : gate.opens(request)
  }

  /** The server has answered a request that passed. */
  learn(gates: readonly HttpGate[], {url}: IncomingMessage, status: number): void {
    if (status < 200 || status >= 300) return
    for (const gate of gates) {
      const refresh = gate.effect.token?.refresh
      const state = this.#states.get(gate)
      if (state && refresh !== undefined && url?.startsWith(refresh)) state.refreshed = true
    }
  }
}
