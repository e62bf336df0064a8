/** Takes connections of others. */
import type {ByteStream, NetError} from './ports.ts'

export interface ListenRequest {
  /** A literal address of this machine. */
  readonly address: string
  /** 0 for any free one. */
  readonly port: number
  /** Somebody has connected. */
  readonly onStream: (stream: ByteStream) => void
}
export interface TcpListener {
  readonly local: {readonly address: string; readonly port: number}
  /** Takes no more connections; those there are go on. */
  close(): void
}
export interface Listen {
  tcp(request: ListenRequest): Promise<TcpListener | NetError>
}
