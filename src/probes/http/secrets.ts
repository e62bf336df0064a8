/** Secrets by reference: read when the probe opens, and kept out of everything it says. */
import {UserError} from '../../core/errors.ts'
import type {Ports} from '../../core/ports.ts'
import {createRedactor} from '../../core/redact.ts'
import type {HttpOptions} from './options.ts'

export interface Secrets {
  /** The value of the Authorization header. */
  readonly authorization: string | null
  readonly proxyAuthorization: string | null
  /** Blots out the secrets in a text. */
  readonly redact: (text: string) => string
}

type SecretPorts = Pick<Ports, 'host' | 'files'>

/** Throws a `UserError` that names the variable or the file, never its content. */
export async function readSecrets(
  options: Pick<HttpOptions, 'basic' | 'bearer' | 'proxy_basic'>,
  ports: SecretPorts,
): Promise<Secrets> {
  if (options.basic !== undefined && options.bearer !== undefined) {
    throw new UserError({code: 'USAGE_INVALID', message: 'basic and bearer contradict each other'})
  }
  const basic = await readLogin('basic', options.basic, ports)
  const bearer = await readToken(options.bearer, ports)
  const proxy = await readLogin('proxy_basic', options.proxy_basic, ports)
  const known = [basic, bearer, proxy].flatMap((each) => each ?? [])
  return {
    authorization: basic ? basicValue(basic) : bearer === null ? null : `Bearer ${bearer}`,
    proxyAuthorization: proxy ? basicValue(proxy) : null,
    redact: createRedactor(known.flatMap((each) => [each, each.slice(each.indexOf(':') + 1)])),
  }
}

/** RFC 7617 section 2, in UTF-8. */
function basicValue(login: string): string {
  return `Basic ${Buffer.from(login, 'utf8').toString('base64')}`
}

export async function readLogin(
  option: string,
  reference: string | undefined,
  ports: SecretPorts,
): Promise<string | null> {
  if (reference === undefined) return null
  const login = await readReference(reference, ports)
  if (login.includes(':')) return login
  throw unusable(`${option}: ${reference} has no colon`, ['write it as user:password'])
}

async function readToken(reference: string | undefined, ports: SecretPorts): Promise<string | null> {
  if (reference === undefined) return null
  const token = await readReference(reference, ports)
  if (/^[\u0021-\u007E]+$/.test(token)) return token
  throw unusable(`bearer: ${reference} holds something that is not a token`, [
    'write the token alone, on one line',
  ])
}

async function readReference(reference: string, {host, files}: SecretPorts): Promise<string> {
  const [kind = '', ...rest] = reference.split(':')
  const name = rest.join(':')
  const text = kind === 'env' ? (host.env(name) ?? null) : await files.readText(name).catch(() => null)
  const value = text?.replace(/\r?\n$/, '')
  if (value !== undefined && value !== '') return value
  throw kind === 'env'
    ? unusable(`the environment variable ${name} is not set`, [`set it: export ${name}=…`])
    : unusable(`${name} can not be read, or is empty`, [])
}

function unusable(message: string, advice: readonly string[]): UserError {
  return new UserError({code: 'USAGE_INVALID', message, advice})
}
