import {keepDialErrors} from '../../system/dial.ts'
import {openParentChannel} from '../../system/parent-channel.ts'
import {openPingGroups} from '../../system/ping-groups.ts'
import {openPorts} from '../ports.ts'
import {runAgent} from './run-agent.ts'

/** Turns this process into an agent on its standard input and output. */
export function startAgent(): void {
  keepDialErrors()
  runAgent({channel: openParentChannel(), openPorts, openPingGroups})
}
