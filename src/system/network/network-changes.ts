import type {NetworkChanges} from '../../core/network-port.ts'
import {systemClock} from '../clock.ts'
import {startIpMonitor} from './ip-monitor.ts'
import {lookByProgram, lookWithoutProgram} from './look-network.ts'
import {NetworkSource} from './network-source.ts'

/** Nothing runs until somebody listens, nor after the last one has stopped. */
export function systemNetworkChanges(): NetworkChanges {
  const source = new NetworkSource({
    clock: systemClock,
    startMonitor: startIpMonitor,
    lookByProgram,
    lookWithoutProgram,
  })
  return {
    watch: (listener) => {
      source.add(listener)
      return {state: () => source.state(), stop: () => source.remove(listener)}
    },
  }
}
