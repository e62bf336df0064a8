import type {EmitEvent} from '../../core/events.ts'
import type {Ports} from '../../core/ports.ts'
import type {Millis} from '../../core/units.ts'
import {BondWatch} from './bond-watch.ts'
import {InterfaceWatch} from './interface-watch.ts'
import type {LinkWatch} from './link-watch.ts'

export interface WatchInterfacesRun {
  /** Start of the run on the monotonic clock. */
  readonly origin: Millis
  readonly emit: EmitEvent
  readonly links: Pick<LinkWatch, 'devices' | 'targetsOf'>
  readonly signal: AbortSignal
}

/** Follows the interfaces in use and all bonds until the signal. */
export function watchInterfaces(
  ports: Pick<Ports, 'clock' | 'exec' | 'files'>,
  {origin, emit, links, signal}: WatchInterfacesRun,
): void {
  const bonds = new BondWatch(ports, {
    origin,
    emit,
    targetsOf: (device) => links.targetsOf(device),
    onChange: () => interfaces.hurry(),
  })
  const devices = (): ReadonlySet<string> => new Set([...links.devices(), ...bonds.names()])
  const interfaces = new InterfaceWatch(ports, {origin, emit, devices})
  const stop = (): void => {
    bonds.stop()
    interfaces.stop()
  }
  signal.addEventListener('abort', stop, {once: true})
}
