import {keepErrors} from '../../system/keep-errors.ts'
import {forwardPackets} from '../../system/forward-packets.ts'
import {keepHeapSmall} from '../../system/heap.ts'
import {ownResolver} from '../../system/own-resolver.ts'
import {openParentChannel} from '../../system/parent-channel.ts'
import {systemPackets} from '../../system/packet-door.ts'
import {openPingGroups} from '../../system/ping-groups.ts'
import {systemWebhooks} from '../../system/webhooks.ts'
import {openPorts} from '../ports.ts'
import {runAgent} from './run-agent.ts'

/** Turns this process into an agent on its standard input and output. */
export function startAgent(): void {
  keepErrors()
  runAgent({
    channel: openParentChannel(),
    openPorts,
    openPingGroups,
    forwardPackets,
    keepHeapSmall,
    packets: systemPackets,
    webhooks: systemWebhooks,
    ownResolver,
  })
}
