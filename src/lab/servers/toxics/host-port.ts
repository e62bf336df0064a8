export interface HostPort {
  readonly address: string
  readonly port: number
}

/** `127.0.0.1:80`, `[::1]:80`, `db:5432`, `:8474` (loopback); null when it is none of these. */
export function parseHostPort(text: string): HostPort | null {
  const match = /^(?:\[([^\]]+)\]|([^:\s]*)):(\d{1,5})$/.exec(text.trim())
  const port = Number(match?.[3])
  return match && port <= 65_535 ? {address: (match[1] ?? match[2]) || '127.0.0.1', port} : null
}
