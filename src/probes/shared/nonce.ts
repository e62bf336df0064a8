import type {Random} from '../../core/ports.ts'

/**
 * A token that no answer to an earlier question can hold: 16 hexadecimal digits from the run's randomness. It tells late and
 * replayed answers from present ones; it is no secret.
 */
export function makeNonce(random: Pick<Random, 'next'>): string {
  return Array.from({length: 4}, () =>
    Math.floor(random.next() * 0x10000)
      .toString(16)
      .padStart(4, '0'),
  ).join('')
}
