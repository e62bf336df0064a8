/** The states of a connection in the words of other programs. */
import type {ConnectionState} from './events.ts'

export interface StateNames {
  /** A TLS tunnel client's connection. */
  readonly tunnel_client: 'Disconnected' | 'Connecting' | 'Connected' | 'Reconnecting' | 'Failed'
  /** An ICE connection of a WebRTC server's health check. */
  readonly webrtc_health: 'New' | 'Checking' | 'Connected' | 'Disconnected' | 'Failed' | 'Closed'
  /** A retry framework's tracker. */
  readonly retry_framework: 'Idle' | 'Connecting' | 'Connected' | 'Retrying' | 'Failed' | 'Exhausted'
}

/**
 * Total: every state has a name in each. What works, even if badly or under suspicion, is `Connected` where there is no finer
 * word; only WebRTC has one for a suspicion.
 */
export const STATE_NAMES: Readonly<Record<ConnectionState, StateNames>> = {
  idle: names('Disconnected', 'New', 'Idle'),
  connecting: names('Connecting', 'Checking', 'Connecting'),
  connected: names('Connected', 'Connected', 'Connected'),
  degraded: names('Connected', 'Connected', 'Connected'),
  suspect: names('Connected', 'Disconnected', 'Connected'),
  reconnecting: names('Reconnecting', 'Disconnected', 'Retrying'),
  exhausted: names('Failed', 'Failed', 'Exhausted'),
  failed: names('Failed', 'Failed', 'Failed'),
  disconnected: names('Disconnected', 'Closed', 'Idle'),
}

function names(
  tunnel_client: StateNames['tunnel_client'],
  webrtc_health: StateNames['webrtc_health'],
  retry_framework: StateNames['retry_framework'],
): StateNames {
  return {tunnel_client, webrtc_health, retry_framework}
}
