/** All presets. A new one is a file of its own and one line here. */
import {bondingApp} from './bonding-app.ts'
import {conservative} from './conservative.ts'
import {defaultPolicy} from './default.ts'
import {dhtBootstrap} from './dht-bootstrap.ts'
import {dhtPeer} from './dht-peer.ts'
import {enterprise} from './enterprise.ts'
import {highAvailability} from './high-availability.ts'
import {highLatency} from './high-latency.ts'
import {lowLatency} from './low-latency.ts'
import {mobile} from './mobile.ts'
import type {Preset} from './preset.ts'
import {relayFallback} from './relay-fallback.ts'
import {tunnelClient} from './tunnel-client.ts'
import {webrtcHealth} from './webrtc-health.ts'
import {webrtc} from './webrtc.ts'

export const PRESETS: readonly Preset[] = [
  defaultPolicy,
  tunnelClient,
  highAvailability,
  conservative,
  bondingApp,
  relayFallback,
  lowLatency,
  highLatency,
  mobile,
  enterprise,
  webrtcHealth,
  webrtc,
  dhtBootstrap,
  dhtPeer,
]

export function findPreset(name: string): Preset | null {
  return PRESETS.find((preset) => preset.name === name) ?? null
}
