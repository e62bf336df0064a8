import {writeFile} from 'node:fs/promises'

/** Group ids as the kernel takes them; a user namespace that maps one group only can name no other. */
const RANGES = ['0 2147483647', '0 0']

/**
 * Lets every group of our network namespace open ICMP datagram sockets (icmp(7), ping_group_range). For namespaces of
 * our own only: the setting belongs to the namespace and ends with it. Returns whether the kernel took it.
 */
export async function openPingGroups(): Promise<boolean> {
  for (const range of RANGES) {
    try {
      await writeFile('/proc/sys/net/ipv4/ping_group_range', range)
      return true
    } catch {
      // The next range, or the answer that it can't be done: pings then say what they lack.
    }
  }
  return false
}
