import type {Probe} from '../probe.ts'
import {type WebSocketOptions, websocketOptions} from './options.ts'
import {WebSocketProber} from './prober.ts'
import {openTarget} from './target.ts'

/**
 * Opens a WebSocket connection per sample, or keeps one over all of them, and pings on it. `rtt` is the round trip of the ping; without
 * one, the time until the connection stood: connect, TLS and upgrade. How a connection ends is told apart by code: refused upgrade, close frame,
 * FIN without such a frame, RST, silence.
 */
export const websocket: Probe<WebSocketOptions> = {
  kind: 'websocket',
  summary: 'open a WebSocket, ping on it, tell how it ends: close code, FIN, RST or silence',
  example: 'wss://example.org/socket',
  defaultPort: null,
  needs: [],
  schema: websocketOptions,
  open: async (request, ports) => new WebSocketProber(await openTarget(request, ports), ports),
}
