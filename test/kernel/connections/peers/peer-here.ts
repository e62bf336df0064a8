/** Keeps the peer of its argument in the namespace in which it runs, and prints its events as JSON lines. */
import {openPorts} from '../../../../src/app/ports.ts'
import {WatchPeers} from '../../../../src/connections/peers/watch-peers.ts'
import type {PeerSpec} from '../../../../src/core/peer-spec.ts'

const spec = JSON.parse(process.argv[2] ?? '') as PeerSpec
const peers = new WatchPeers(openPorts(1), {
  emit: (event) => void process.stdout.write(`${JSON.stringify(event)}\n`),
})
process.stdin.on('end', () => {
  peers.stop()
  process.exit(0)
})
process.stdin.resume()
await peers.replace([spec])
