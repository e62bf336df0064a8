import type {NetError} from '../core/ports.ts'

/** What the caller knows about the circumstances that the exception doesn't tell. */
export interface ErrorCircumstances {
  /** The call was refused at once by our own kernel, before anything was sent. */
  readonly local?: boolean
  readonly icmp?: NetError['icmp']
}

/** Turns whatever Node threw or emitted into the ports' form. Codes are kept, never guessed from the text. */
export function toNetError(error: unknown, circumstances: ErrorCircumstances = {}): NetError {
  const found = firstWithCode(error)
  return {
    code: found?.code ?? 'UNKNOWN',
    ...(found?.syscall === undefined ? {} : {syscall: found.syscall}),
    message: error instanceof Error && error.message !== '' ? error.message : String(found?.code ?? error),
    ...(circumstances.icmp === undefined ? {} : {icmp: circumstances.icmp}),
    ...(circumstances.local === true ? {local: true} : {}),
  }
}

interface Coded {
  readonly code: string
  readonly syscall?: string
}

/** Chains are short; a loop of causes is not followed for ever. */
const DEEPEST = 8

/** Walks `cause` and `errors`: an AggregateError has no code worth reading of its own. */
function firstWithCode(error: unknown, depth = 0): Coded | null {
  if (typeof error !== 'object' || error === null || depth > DEEPEST) return null
  const children: readonly unknown[] = 'errors' in error && Array.isArray(error.errors) ? error.errors : []
  for (const child of children) {
    const found = firstWithCode(child, depth + 1)
    if (found) return found
  }
  return ownCode(error) ?? ('cause' in error ? firstWithCode(error.cause, depth + 1) : null)
}

function ownCode(error: object): Coded | null {
  if (!('code' in error) || typeof error.code !== 'string') return null
  const syscall = 'syscall' in error && typeof error.syscall === 'string' ? {syscall: error.syscall} : {}
  return {code: error.code, ...syscall}
}

/** What asking for an interface gives where FFI is not available. */
export const NO_INTERFACE_BINDING: NetError = {
  code: 'ENOTSUP',
  syscall: 'setsockopt',
  message: 'binding to an interface needs koffi on Linux',
}
