/** What can't be a host: neither an address nor a name that a resolver could be asked for. */
import {isIP} from 'node:net'

/** RFC 1035 §2.3.4. */
const LONGEST_LABEL = 63
const LONGEST_NAME = 253

/** Why `host` (without brackets) is none; null when it can be one. Underscores are let through: names use them. */
export function hostProblem(host: string): string | null {
  const shown = JSON.stringify(host)
  if (host.includes(':')) return isIP(host) === 6 ? null : `${shown} is not an IPv6 address`
  if (/^[\d.]+$/.test(host) && host.split('.').length === 4) {
    return isIP(host) === 4 ? null : `${shown} is not an IPv4 address`
  }
  // oxlint-disable-next-line no-control-regex -- a name with one can't be asked for
  if (/[\s\u0000-\u001F\u007F]/.test(host))
    return `${shown} is not a host: it holds a blank or a control character`
  const name = host.replace(/\.$/, '')
  if (name.length > LONGEST_NAME)
    return `a host name of ${name.length} characters is too long: at most ${LONGEST_NAME}`
  const labels = name.split('.')
  if (labels.includes('')) return `${shown} is not a host: two dots stand side by side`
  if (labels.some((label) => Buffer.byteLength(label) > LONGEST_LABEL)) {
    return `a part of the host name is longer than ${LONGEST_LABEL} characters`
  }
  return labels.some((label) => label.startsWith('-') || label.endsWith('-'))
    ? `${shown} is not a host: no part of a name begins or ends with "-"`
    : null
}
