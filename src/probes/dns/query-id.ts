/**
 * An unpredictable query id (RFC 5452 section 4.3). Not from the seeded randomness: whoever knows the seed could
 * forge answers.
 */
export function freshQueryId(): number {
  const [id = 0] = crypto.getRandomValues(new Uint16Array(1))
  return id
}
