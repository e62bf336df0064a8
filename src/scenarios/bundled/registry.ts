/** The drills that come with netdrill. A new one adds its YAML file and one line here. */
import type {Capability} from '../../core/capabilities.ts'

export interface BundledDrill {
  readonly file: string
  /** For `drill list`; lower case, no full stop. */
  readonly summary: string
  /** Without these it ends with exit 6. */
  readonly needs: readonly Capability[]
}

export const BUNDLED_DRILLS = {
  demo: {
    file: 'demo.yaml',
    summary: 'a slow phase and an outage against embedded servers: runs anywhere',
    needs: [],
  },
  partition: {
    file: 'partition.yaml',
    summary: 'a firewall drops everything between client and server, then heals',
    needs: ['ip', 'nft', 'network-namespaces'],
  },
  'lossy-link': {
    file: 'lossy-link.yaml',
    summary: 'delay and packet loss on a link, measured against what was asked',
    needs: ['ip', 'tc', 'nft', 'network-namespaces', 'qdisc-netem'],
  },
  'path-failover': {
    file: 'path-failover.yaml',
    summary: 'one of two paths goes silent: the group switches to the other, and back once it is good again',
    needs: ['ip', 'nft', 'network-namespaces'],
  },
  'webrtc-ice-restart': {
    file: 'webrtc-ice-restart.yaml',
    summary:
      'the link under two WebRTC calls is cut: one restarts ICE and moves to the other link, one does not',
    needs: ['ip', 'nft', 'network-namespaces', 'webrtc'],
  },
} as const satisfies Readonly<Record<string, BundledDrill>>

export type BundledName = keyof typeof BUNDLED_DRILLS

export function isBundled(name: string): name is BundledName {
  return Object.hasOwn(BUNDLED_DRILLS, name)
}
