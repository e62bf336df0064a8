/** Who is told about a watch: its receivers, with the doors of this machine. */
import {Notifier} from '../connections/notify/notifier.ts'
import type {ReceiverSpec} from '../connections/notify/receiver-spec.ts'
import type {ReceiverWorld} from '../connections/notify/receiver.ts'
import {deliver} from '../connections/notify/deliver.ts'
import type {RunEvent} from '../core/events.ts'
import type {Ports} from '../core/ports.ts'
import type {Webhooks} from '../core/webhook-port.ts'
import type {Millis} from '../core/units.ts'
import {systemTerminal} from '../system/terminal.ts'
import {systemWebhooks} from '../system/webhooks.ts'

export interface MonitorNotifyWorld {
  readonly run: string
  readonly ports: Pick<Ports, 'clock' | 'random' | 'exec' | 'files'>
  /** On the run's clock. */
  readonly now: () => Millis
  readonly publish: (event: RunEvent) => void
  /** From where messages are posted; from this machine by default. */
  readonly webhooks?: Webhooks
}

export async function openNotifier(
  specs: readonly ReceiverSpec[],
  {run, ports, now, publish, webhooks = systemWebhooks}: MonitorNotifyWorld,
): Promise<Notifier> {
  const {clock, random, exec, files} = ports
  const host = (await files.readText('/proc/sys/kernel/hostname').catch(() => null))?.trim() ?? ''
  const source = {run, host, epoch: clock.wall() - now()}
  const worldOf = ({name, way}: ReceiverSpec): ReceiverWorld => ({
    clock,
    now,
    random: random.fork(`notify ${name}`),
    source,
    send: async (message, options) => deliver(way, message, {...options, exec, webhooks, ring}),
    tell: (event) => publish({...event, at: now()}),
  })
  return new Notifier(specs, {worldOf})
}

/** For the head of the run; null when nobody is told. */
export function describeReceivers(specs: readonly ReceiverSpec[]): string | null {
  if (specs.length === 0) return null
  return `tells ${specs.map(({name, way}) => `${name} (${way.kind})`).join(', ')}`
}

/** A bell in a file or a pipe is noise. */
function ring(): boolean {
  const {stderr} = systemTerminal({color: false})
  if (stderr.isTTY) stderr.write('\u0007')
  return stderr.isTTY
}
