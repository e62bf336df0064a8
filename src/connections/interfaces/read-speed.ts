/** Speed and duplex of an interface, from sysfs (Documentation/ABI/testing/sysfs-class-net). */
import type {Duplex} from '../../core/network-events.ts'
import type {Files} from '../../core/ports.ts'
import type {BitsPerSecond} from '../../core/units.ts'

/** What tells interfaces of one name in different namespaces apart. */
export interface LinkIdentity {
  readonly name: string
  readonly index: number
  readonly address: string
}

export interface ReadSpeed {
  readonly speed?: BitsPerSecond
  readonly duplex?: Duplex
}

/**
 * Empty where the kernel doesn't say: without a carrier the file can't be read, and -1 stands for unknown. A process may see
 * the sysfs of another network namespace than its own, so the interface there has to be the same by number and address.
 */
export async function readSpeed(
  {name, index, address}: LinkIdentity,
  files: Pick<Files, 'readText'>,
): Promise<ReadSpeed> {
  const read = async (file: string): Promise<string> => {
    const text = await files.readText(`/sys/class/net/${name}/${file}`).catch(() => null)
    return text?.trim() ?? ''
  }
  const [ownIndex, ownAddress] = await Promise.all([read('ifindex'), read('address')])
  if (ownIndex !== String(index) || ownAddress.toLowerCase() !== address.toLowerCase()) return {}
  const [speed, duplex] = await Promise.all([read('speed'), read('duplex')])
  const megabits = Number(speed === '' ? -1 : speed)
  return {
    ...(megabits > 0 && {speed: megabits * 1_000_000}),
    ...((duplex === 'full' || duplex === 'half') && {duplex}),
  }
}
