/** How other vocabularies call the states, for people who come from them. Null where they have no such state. */
import type {ConnectionState} from '../core/events.ts'

export interface StateNames {
  /** Of a tunnel client. */
  readonly tunnel: string | null
  /** Of WebRTC's health (RTCIceConnectionState). */
  readonly webrtc: string | null
  /** Of a retry framework. */
  readonly retry: string | null
}

export const STATE_NAMES: Readonly<Record<ConnectionState, StateNames>> = {
  idle: {tunnel: 'Disconnected', webrtc: null, retry: 'Idle'},
  connecting: {tunnel: 'Connecting', webrtc: 'Checking', retry: 'Connecting'},
  connected: {tunnel: 'Connected', webrtc: 'Connected', retry: 'Connected'},
  degraded: {tunnel: 'Connected', webrtc: 'Connected', retry: 'Connected'},
  suspect: {tunnel: null, webrtc: 'Disconnected', retry: null},
  reconnecting: {tunnel: 'Reconnecting', webrtc: null, retry: 'Retrying'},
  exhausted: {tunnel: 'Failed', webrtc: null, retry: 'Exhausted'},
  failed: {tunnel: 'Failed', webrtc: 'Failed', retry: 'Failed'},
  disconnected: {tunnel: 'Disconnected', webrtc: 'Closed', retry: null},
}
