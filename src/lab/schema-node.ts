/** Nodes in the `lab:` section of a document. */
import * as z from 'zod'
import {nameSchema, portSchema} from '../config/quantities.ts'
import {isNetwork} from '../core/address.ts'

const network = z.string().refine(isNetwork, {
  error: ({input}) => `${JSON.stringify(input)} is neither an address nor a network such as 10.77.0.0/24`,
})

const route = z.strictObject({
  to: z.union([z.literal('default'), network]).describe('a network, or default'),
  via: z.string().min(1).describe('a node on a link of this one, or an address'),
})

const firewallRule = z
  .strictObject({
    deny: z
      .enum(['drop', 'reject', 'reset'])
      .describe('say nothing, answer with ICMP "administratively prohibited", or with a TCP RST'),
    protocol: z.enum(['tcp', 'udp', 'icmp']).optional(),
    port: portSchema.optional().describe('destination port'),
    from: z.string().min(1).optional().describe('a node or a network'),
    to: z.string().min(1).optional().describe('a node or a network'),
  })
  .describe('what the node does not let through; a router applies it to what it passes on as well')

const resolver = z
  .strictObject({
    servers: z.array(z.string().min(1)).min(1).max(3).describe('nodes or addresses; at most three are used'),
    search: z.array(z.string().min(1)).default([]).describe('domains that short names are completed with'),
  })
  .describe('resolv.conf of this node')

export const nodeSchema = z
  .strictObject({
    router: z.boolean().default(false).describe('pass packets on between the links'),
    routes: z.array(route).default([]).describe('beside those that follow from the routers'),
    nat: z
      .array(nameSchema)
      .default([])
      .describe('links and networks behind whose address others are hidden'),
    firewall: z.array(firewallRule).default([]),
    addresses: z.array(network).default([]).describe('more addresses, on the loopback device'),
    resolver: resolver.nullable().default(null),
    mptcp: z
      .strictObject({
        signal: z
          .array(nameSchema)
          .default([])
          .describe(
            'links and networks on which its address is told to peers, so that they open subflows to it',
          ),
      })
      .optional()
      .describe('as many subflows of Multipath TCP as the kernel allows'),
  })
  .describe('a machine of the lab')

/** What a node is of which nothing is said. */
export const PLAIN_NODE: z.output<typeof nodeSchema> = {
  router: false,
  routes: [],
  nat: [],
  firewall: [],
  addresses: [],
  resolver: null,
}

/** A list of names, or names with what makes them more than hosts. */
export const nodesSchema = z
  .union([
    z.array(nameSchema).min(1),
    z.record(nameSchema, nodeSchema.nullable()).refine((nodes) => Object.keys(nodes).length > 0, {
      error: 'a lab needs a node',
    }),
  ])
  .describe('the machines of the lab: a list of names, or names with settings')
