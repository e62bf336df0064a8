/** The keys of a fault's scope in documents, and those of faults that shape. */
import * as z from 'zod'

export const scopeSchema = z
  .strictObject({
    from: z.string().min(1).optional(),
    to: z.string().min(1).optional(),
    pick: z.int().min(1).optional().describe('so many of the destinations, chosen at random by the seed'),
    port: z.int().min(1).max(65_535).optional(),
    protocol: z.enum(['tcp', 'udp', 'icmp']).optional(),
    family: z.enum(['ipv4', 'ipv6']).optional().describe('only this one; else both'),
    uid: z
      .int()
      .min(0)
      .max(4_294_967_294)
      .optional()
      .describe('only what programs of this user send from here'),
    cgroup: z
      .string()
      .regex(
        /^\/?(?!\.\.?(?:\/|$))[^\s"/]+(?:\/(?!\.\.?(?:\/|$))[^\s"/]+)*\/?$/,
        'a control group is a path such as /system.slice/nginx.service',
      )
      .optional()
      .describe('only what programs of this control group (v2) send from here'),
    device: z
      .string()
      .regex(/^[^\s/"]{1,15}$/, 'a device name has at most 15 characters, and no space, slash or quote')
      .optional(),
    namespace: z
      .string()
      .regex(/^[\w.-]{1,64}$/, 'a namespace name consists of letters, digits, dot, dash and underscore')
      .optional(),
    pid: z.int().min(1).optional().describe('act in the network namespace of this process'),
    container: z
      .string()
      .regex(
        /^[A-Za-z0-9][\w.-]{0,127}$/,
        'a container is named by letters, digits, dot, dash and underscore',
      )
      .optional()
      .describe('act in the network namespace of this container (docker, podman)'),
  })
  .describe('what the fault hits; all given parts must match')

/** Of faults that shape. What arrives needs a detour, so it is asked for. */
const shapedDirection = z
  .enum(['out', 'in'])
  .optional()
  .describe('out: what leaves towards the scope (the default); in: what arrives from it, through an ifb')

/** What every fault that shapes takes. */
export const shapingKeys = {
  direction: shapedDirection,
  replace_root: z
    .boolean()
    .optional()
    .describe('a root qdisc that somebody configured may be replaced for the time of the fault'),
  offload: z
    .literal('off')
    .optional()
    .describe('no segmentation offload while the fault lasts, so that each packet meets its own fate'),
}
