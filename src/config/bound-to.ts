/** Where samples are sent from, as a document says it. */
import * as z from 'zod'
import {addressFamily} from '../core/address.ts'

/** netdevice(7): at most 15 octets without a slash, white space or colon. */
export const deviceSchema = z
  .string()
  .regex(/^[^\s/:]{1,15}$/, 'an interface name such as eth0')
  .meta({examples: ['eth0', 'wlan0']})

export const addressSchema = z
  .string()
  .refine((text) => addressFamily(text) !== null, 'an IPv4 or IPv6 address of this machine')
  .meta({examples: ['192.0.2.7']})
