/** Takes out of any text what looks like a secret, where nobody can say what the secrets are. */
import {REDACTED} from './redact.ts'

const NAME = String.raw`[\w.-]*(?:passw(?:or)?d|passphrase|secret|token|api[_-]?key|private[_-]?key|credential|authorization|cookie|ice[_-]?pwd)[\w.-]*`

/** Each with what stays of a match: the name of a secret is no secret. */
const PATTERNS: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, REDACTED],
  // user:password@ and token@ of a URL
  [/(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/@"'<>]+@/gi, `$1${REDACTED}@`],
  [/\b(Bearer|Basic|Digest|Negotiate)\s+[\w.~+/=-]{6,}/gi, `$1 ${REDACTED}`],
  // ?token=… and &api_key=…
  [new RegExp(String.raw`([?&]${NAME}=)[^&\s"'#]+`, 'gi'), `$1${REDACTED}`],
  // "password": "…" of JSON, where the value may hold escaped quotes
  [new RegExp(String.raw`("${NAME}"\s*:\s*)"(?:[^"\\]|\\.)*"`, 'gi'), `$1"${REDACTED}"`],
  // password: … of YAML and headers, PASSWORD=… of environments; a reference to a secret is no secret
  [
    new RegExp(
      String.raw`^(\s*(?:-\s+|export\s+)?['"]?${NAME}['"]?\s*[:=][ \t]*)(?!["']?\$\{|\{|\[|\||>|$)(?:"[^"\n]*"|'[^'\n]*'|[^\s#].*)$`,
      'gim',
    ),
    `$1${REDACTED}`,
  ],
]

/**
 * Replaces private keys, credentials in URLs and headers, and the values of whatever is named like a secret in JSON,
 * YAML, headers and query strings. It finds what is spelled as usual, and can not find more: known secrets are taken out by
 * `createRedactor`.
 */
export function scrubSecrets(text: string): string {
  return PATTERNS.reduce((clean, [pattern, replacement]) => clean.replace(pattern, replacement), text)
}
