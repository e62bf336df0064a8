import {writeFile} from 'node:fs/promises'

const IPV4 = '/proc/sys/net/ipv4/ip_forward'
const IPV6 = '/proc/sys/net/ipv6/conf'

/** Makes our own network namespace a router (ip-sysctl, ip_forward). A kernel without IPv6 is one for IPv4 alone. */
export async function forwardPackets(): Promise<void> {
  await writeFile(IPV4, '1')
  await writeFile(`${IPV6}/all/forwarding`, '1').catch(() => {})
}
