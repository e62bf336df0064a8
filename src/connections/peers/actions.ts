/** What a peer's machine asks for. */
import type {PeerEvent} from '../../core/peer-events.ts'
import type {Offer} from './offer.ts'
import type {Pair} from './pairs.ts'

export interface CheckOrder {
  readonly type: 'check'
  readonly pair: Pair
  readonly transaction: string
  readonly nominate: boolean
}
export type Action =
  | CheckOrder
  | {readonly type: 'offer'; readonly offer: Offer}
  | {readonly type: 'tell'; readonly event: PeerEvent}
  /** Nothing is kept of it any more. */
  | {readonly type: 'end'}
