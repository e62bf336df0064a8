/** Keeps secrets out of everything that is printed or stored. */

/** What stands where a secret was. */
export const REDACTED = '[redacted]'

/** Shorter values would blot out innocent text and give nothing away. */
const SHORTEST = 4

/**
 * Returns a function that replaces each of the secret values in a text, also where it is percent-encoded, in
 * Base64 or escaped as in JSON. Longer values go first, so that a secret inside another leaves no rest. Values
 * under four characters are left alone.
 */
export function createRedactor(secrets: Iterable<string>): (text: string) => string {
  const forms = new Set<string>()
  for (const secret of secrets) {
    if (secret.length < SHORTEST) continue
    for (const form of formsOf(secret)) if (form.length >= SHORTEST) forms.add(form)
  }
  const ordered = [...forms].toSorted((a, b) => b.length - a.length)
  return (text) => ordered.reduce((clean, form) => clean.replaceAll(form, REDACTED), text)
}

function formsOf(secret: string): readonly string[] {
  const bytes = Buffer.from(secret, 'utf8')
  return [
    secret,
    encodeURIComponent(secret.toWellFormed()),
    JSON.stringify(secret).slice(1, -1),
    bytes.toString('base64'),
    bytes.toString('base64').replace(/=+$/, ''),
    bytes.toString('base64url'),
  ]
}
