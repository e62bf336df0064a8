import {UserError} from '../core/errors.ts'
import {suggest} from '../core/text.ts'
import {joinHostPort} from '../core/target.ts'

/** Where a placeholder leads; nodes have no port. */
export interface Landmark {
  readonly address: string
  readonly port: number | null
}

/**
 * Replaces `{name}` by `address:port` of a server or the address of a node. Where a port makes no sense (`ping://`)
 * or the URL brings its own, only the address is put in. Unknown names are a `CONFIG_REFERENCE` error.
 */
export function resolveUrl(url: string, landmarks: ReadonlyMap<string, Landmark>): string {
  const portless = /^(ping|icmp):/i.test(url)
  return url.replace(/\{([^{}]*)\}(:\d)?/g, (_all, name: string, ownPort: string | undefined) => {
    const landmark = landmarks.get(name)
    if (!landmark) throw unknown(name, [...landmarks.keys()])
    const {address, port} = landmark
    const bare = port === null || portless || ownPort !== undefined
    const text = bare ? address : joinHostPort(address, port)
    return `${text}${ownPort ?? ''}`
  })
}

function unknown(name: string, known: readonly string[]): UserError {
  const near = suggest(name, known)
  return new UserError({
    code: 'CONFIG_REFERENCE',
    message: `there is no server or node "${name}" in the lab`,
    advice: near === null ? [`known: ${known.join(', ')}`] : [`did you mean "${near}"?`],
  })
}
