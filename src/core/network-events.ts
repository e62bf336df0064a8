/** What happens to the own network of a watch, and what that means for targets. */
import type {NetworkChangeKind} from './network-port.ts'

/** What of the own machine's network is missing: the interface, its carrier, the address to send from, or the way. */
export type LinkCause = (typeof LINK_CAUSES)[number]

export const LINK_CAUSES = ['link', 'carrier', 'address', 'route'] as const

export type NetworkEvent =
  /** Of an interface that a target is reached through, or of a default route. */
  | {
      readonly type: 'network-changed'
      readonly what: NetworkChangeKind
      readonly device: string | null
      readonly subject: string
      /** Of links: it can be used after the change. */
      readonly usable?: boolean
    }
  /** What a target is reached through is gone. Known by the kernel, without any sample. */
  | {
      readonly type: 'link-lost'
      readonly target: string
      /** Null where none was known. */
      readonly device: string | null
      readonly cause: LinkCause
      readonly because: string
    }
  /** It is there again; whether the target answers is for the next sample to say. */
  | {
      readonly type: 'link-restored'
      readonly target: string
      readonly device: string | null
      readonly because: string
    }
