/** Entry point of an agent process. */
import {runAgent} from './app/agent/run-agent.ts'
import {openPorts} from './app/ports.ts'
import {keepDialErrors} from './system/dial.ts'
import {openParentChannel} from './system/parent-channel.ts'
import {openPingGroups} from './system/ping-groups.ts'

keepDialErrors()
runAgent({channel: openParentChannel(), openPorts, openPingGroups})
