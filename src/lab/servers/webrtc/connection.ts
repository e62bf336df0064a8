/** One WebRTC connection with a data channel whose far end sends every message back. */
import type {RTCDataChannel, RTCPeerConnection} from 'werift'
import type {Clock} from '../../../core/ports.ts'

export interface EchoConnection {
  readonly peer: RTCPeerConnection
  /** Resolves with the time that a message took there and back, or null when it isn't back in time. */
  roundTrip(patience: number): Promise<number | null>
}

export function openCaller(peer: RTCPeerConnection, clock: Pick<Clock, 'now' | 'after'>): EchoConnection {
  const channel = peer.createDataChannel('echo', {ordered: false, maxRetransmits: 0})
  const waiting = new Map<string, () => void>()
  channel.onMessage.subscribe((message) => waiting.get(String(message))?.())
  let count = 0
  return {
    peer,
    roundTrip: async (patience) => {
      if (channel.readyState !== 'open') return null
      const nonce = `ping ${(count += 1)}`
      const begin = clock.now()
      return new Promise((resolve) => {
        const settle = (result: number | null): void => {
          cancel()
          waiting.delete(nonce)
          resolve(result)
        }
        const cancel = clock.after(patience, () => settle(null))
        waiting.set(nonce, () => settle(clock.now() - begin))
        send(channel, nonce)
      })
    },
  }
}

export function openAnswerer(peer: RTCPeerConnection): void {
  peer.onDataChannel.subscribe((channel) => {
    channel.onMessage.subscribe((message) => send(channel, String(message)))
  })
}

/**
 * Begins the connectivity checks of a restart. The stack itself begins them only while DTLS isn't up, which it stays
 * over a restart (RFC 8842, section 5.5).
 */
export function startIce(peer: RTCPeerConnection): void {
  for (const transport of peer.iceTransports) {
    // Told by the data channel, which stays silent.
    transport.start().catch(() => {})
  }
}

/** A channel that closes meanwhile loses the message, as the network would. */
function send(channel: RTCDataChannel, text: string): void {
  try {
    channel.send(text)
  } catch {
    // Told by the missing answer.
  }
}
