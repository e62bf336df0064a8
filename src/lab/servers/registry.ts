/** Every kind of embedded server, loaded only when it is used. A new kind adds one line here. */
import type {LabServer} from '../lab.ts'
import type {StartServer} from './server.ts'

export const SERVERS: Readonly<Record<Exclude<LabServer['kind'], 'upstream'>, () => Promise<StartServer>>> = {
  'tcp-echo': async () => (await import('./tcp-echo.ts')).startTcpEcho,
  'tls-echo': async () => (await import('./tls-echo.ts')).startTlsEcho,
  dns: async () => (await import('./dns/server.ts')).startDns,
  http: async () => (await import('./http.ts')).startHttp,
  webhook: async () => (await import('./webhook.ts')).startWebhook,
  command: async () => (await import('./command.ts')).startCommand,
  herd: async () => (await import('./herd.ts')).startHerd,
  peer: async () => (await import('./peer.ts')).startPeer,
  webrtc: async () => (await import('./webrtc/server.ts')).startWebrtc,
}
