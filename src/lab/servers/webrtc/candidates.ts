/** Which of a peer's addresses the other side gets to know. Pure. */
import {isInNetwork} from '../../../core/address.ts'

/**
 * The session description without candidates (RFC 8839, section 5.1) outside the networks. A phone offers what it is
 * on; after a change of network a restart offers the new one.
 */
export function keepCandidates(sdp: string, networks: readonly string[]): string {
  return sdp
    .split('\r\n')
    .filter((line) => !line.startsWith('a=candidate:') || isOffered(line, networks))
    .join('\r\n')
}

/** `a=candidate:FOUNDATION COMPONENT TRANSPORT PRIORITY ADDRESS PORT typ …` */
function isOffered(line: string, networks: readonly string[]): boolean {
  const address = line.split(' ')[4] ?? ''
  return networks.some((network) => isInNetwork(address, network))
}
