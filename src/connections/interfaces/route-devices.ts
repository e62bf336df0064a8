import type {Exec} from '../../core/ports.ts'
import type {Millis} from '../../core/units.ts'

export interface RouteQuestion {
  readonly address: string
  /** Asks for packets from this address. */
  readonly source: string | null
}

/** It answers in milliseconds; one that hangs must not hold up what the kernel tells by itself. */
const LIMIT: Millis = 2000

/**
 * The interface that the kernel would send through to each address now (ip-route(8), `route get`); null where no route leads.
 * An address that is missing in the answer could not be asked about. All in one call, since a watch may have hundreds.
 */
export async function askRouteDevices(
  questions: readonly RouteQuestion[],
  {exec}: {readonly exec: Exec},
): Promise<ReadonlyMap<string, string | null>> {
  if (questions.length === 0) return new Map()
  const input = questions
    .map(({address, source}) => `route get ${address}${source === null ? '' : ` from ${source}`}\n`)
    .join('')
  const args = ['-force', '-oneline', '-batch', '-']
  const {exitCode, stdout, notFound, timedOut} = await exec.run({file: 'ip', args, input, timeout: LIMIT})
  if (notFound || timedOut || exitCode === null) return new Map()
  const found = new Map(stdout.split('\n').flatMap(readAnswer))
  return new Map(questions.map(({address}) => [address, found.get(address) ?? null]))
}

/** `192.0.2.7 via 192.0.2.1 dev eth0 src … `; a local one begins with its type. */
function readAnswer(line: string): readonly (readonly [string, string])[] {
  const words = line.trim().split(/[\s\\]+/)
  const address = words[0] === 'local' ? words[1] : words[0]
  const device = words[words.indexOf('dev') + 1]
  return address === undefined || device === undefined || !words.includes('dev') ? [] : [[address, device]]
}
