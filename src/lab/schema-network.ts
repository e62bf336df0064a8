/** Links and networks in the `lab:` section of a document. */
import * as z from 'zod'
import {durationBetween, nameSchema, percentSchema, rateSchema} from '../config/quantities.ts'
import {profileWord} from '../config/link-profiles/word.ts'
import type {Parsed} from '../core/units.ts'
import {bondSchema} from './schema-bond.ts'
import {type Subnet, parseSubnet, parseSubnet6} from './subnet.ts'

const HOUR = 3_600_000

function subnetSchema(parse: (text: string) => Parsed<Subnet>) {
  return z.string().refine((text) => parse(text).ok, {
    error: ({input}) => {
      const parsed = parse(String(input))
      return parsed.ok ? '' : parsed.because
    },
  })
}

const subnet = subnetSchema(parseSubnet)
  .describe('IPv4 network in CIDR form; the first node gets .1, the second .2')
  .meta({examples: ['10.77.0.0/24']})

const subnet6 = subnetSchema(parseSubnet6)
  .optional()
  .describe('IPv6 network in CIDR form, numbered likewise')
  .meta({examples: ['fd77::/64']})

/** IPv6 needs 1280 (RFC 8200, section 5); IPv4 alone lives with 576 (RFC 791). */
const mtu = z
  .int()
  .min(576)
  .max(65_535)
  .optional()
  .describe('largest packet in octets, at both ends; 1500 by default')

export const linkSchema = z
  .strictObject({
    between: z.tuple([nameSchema, nameSchema]).describe('the two nodes'),
    name: nameSchema.optional().describe('tells links between the same nodes apart: {server.wifi}'),
    subnet,
    subnet6,
    mtu,
    delay: durationBetween(0, HOUR).optional().describe('of every packet in each direction'),
    jitter: durationBetween(0, HOUR).optional().describe('how much the delay varies'),
    loss: percentSchema.optional().describe('of all packets in each direction'),
    rate: rateSchema.optional().describe('in each direction'),
    profile: profileWord.optional(),
    bond: bondSchema.optional(),
    emulate: z
      .boolean()
      .optional()
      .describe('netdrill carries the packets itself: delay and loss without netem, as faults too'),
  })
  .superRefine(({bond, delay, jitter, loss, rate, profile, emulate}, context) => {
    if (bond === undefined || (delay ?? jitter ?? loss ?? rate ?? profile ?? emulate) === undefined) return
    const message = 'the cables of a bond are not shaped: put netem on one of them as a fault'
    context.addIssue({code: 'custom', path: ['bond'], message})
  })
  .describe('a cable between two nodes')

export const networkSchema = z
  .strictObject({
    nodes: z.array(nameSchema).min(2).describe('who is on it, numbered in this order from .1'),
    subnet,
    subnet6,
    mtu,
  })
  .describe('a switch with several nodes on it')
