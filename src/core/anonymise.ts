/** Takes addresses out of text that is given to others, so that it still tells which of them are the same. */
import {addressFamily, isInNetwork} from './address.ts'

/** Kept: they are the same on every machine and say nothing about anybody. */
const COMMON = ['127.0.0.0/8', '0.0.0.0/8', '224.0.0.0/4', '255.0.0.0/8', '::1', '::', 'ff00::/8'] as const

/** First match; the class is what a reader needs: whether an address is routed, and how far (RFC 1918, 3927, 4193, 4291, 6598). */
const CLASSES = [
  {network: '10.0.0.0/8', name: 'private4'},
  {network: '172.16.0.0/12', name: 'private4'},
  {network: '192.168.0.0/16', name: 'private4'},
  {network: '100.64.0.0/10', name: 'shared4'},
  {network: '169.254.0.0/16', name: 'linklocal4'},
  {network: 'fe80::/10', name: 'linklocal6'},
  {network: 'fc00::/7', name: 'private6'},
] as const

/** Four groups of digits are also part of longer rows of numbers, such as versions of five parts. */
const IPV4 = /(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w]|\.\d)/g
const MAC = /(?<![\w:])[0-9a-f]{2}(?::[0-9a-f]{2}){5}(?::[0-9a-f]{2})*(?![\w:])/gi
/** Whatever has two colons may be one; isIP decides. The end of an embedded IPv4 address belongs to it. */
const IPV6 = /(?<![\w:.])[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,8}(?:\.\d{1,3}){0,3}(?![\w])/gi
/** Link layer addresses that mean no device. */
const NO_DEVICE = /^(?:(?:00:)+00|(?:ff:)+ff)$/i

/**
 * Returns a function that writes `private4-1.2` for an address: its class, the number of its network (/24, or /64 for
 * IPv6) and of itself therein, in the order in which they are met. The same address has the same name in every text
 * that the function is given; nothing leads back from the name. Link layer addresses become `mac-1`. Loopback, multicast,
 * broadcast and netmasks stay.
 */
export function createAnonymiser(): (text: string) => string {
  const names = new Map<string, string>()
  const networks = new Map<string, {readonly number: number; readonly hosts: Map<string, number>}>()
  const devices = new Map<string, number>()
  const nameDevice = (mac: string): string =>
    NO_DEVICE.test(mac) ? mac : `mac-${numberOf(devices, mac.toLowerCase())}`
  const nameAddress = (address: string): string => {
    const known = names.get(address)
    if (known !== undefined) return known
    const family = addressFamily(address)
    if (family === null || COMMON.some((network) => isInNetwork(address, network))) return address
    const full = family === 6 ? expand(address) : address
    const network = family === 6 ? full.slice(0, 19) : full.slice(0, full.lastIndexOf('.'))
    const type = classOf(address, family)
    const own = networks.get(network) ?? {number: networks.size + 1, hosts: new Map<string, number>()}
    networks.set(network, own)
    const name = `${type}-${own.number}.${numberOf(own.hosts, full)}`
    names.set(address, name)
    return name
  }
  return (text) => text.replace(MAC, nameDevice).replace(IPV6, nameAddress).replace(IPV4, nameAddress)
}

function classOf(address: string, family: 4 | 6): string {
  const known = CLASSES.find(({network}) => isInNetwork(address, network))
  return known?.name ?? (family === 6 ? 'public6' : 'public4')
}

function numberOf(numbers: Map<string, number>, key: string): number {
  const number = numbers.get(key) ?? numbers.size + 1
  numbers.set(key, number)
  return number
}

/** Eight groups of four digits. */
function expand(address: string): string {
  const [head = '', tail] = dottedToGroups(address.toLowerCase()).split('::')
  const left = head === '' ? [] : head.split(':')
  const right = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = tail === undefined ? [] : Array.from({length: 8 - left.length - right.length}, () => '0')
  return [...left, ...zeros, ...right].map((group) => group.padStart(4, '0')).join(':')
}

/** An IPv4 address at the end of an IPv6 address as its two groups (RFC 4291 2.2). */
function dottedToGroups(address: string): string {
  const [ending, ...digits] = /(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(address) ?? []
  if (ending === undefined) return address
  const [a = 0, b = 0, c = 0, d = 0] = digits.map(Number)
  const groups = [a * 256 + b, c * 256 + d].map((group) => group.toString(16)).join(':')
  return address.slice(0, -ending.length) + groups
}
