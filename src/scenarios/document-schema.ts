/** The schema of a whole netdrill document, put together from the sections of all layers. */
import * as z from 'zod'
import {makeDocumentSchema} from '../config/document.ts'
import type {TargetOptions} from '../config/document.ts'
import {nameSchema} from '../config/quantities.ts'
import {PROBE_KINDS} from '../core/target.ts'
import {notifySchema} from '../connections/notify/schema.ts'
import type {FaultSpec} from '../faults/fault.ts'
import {onSchema} from '../faults/hosts/on-schema.ts'
import {FAULT_KINDS, loadFault} from '../faults/registry.ts'
import {peersSchema} from '../connections/peers/schema.ts'
import {labSchema} from '../lab/schema.ts'
import {alertsSchema} from '../policies/alerts/schema.ts'
import {policySchema} from '../policies/schema.ts'
import {loadProbe} from '../probes/registry.ts'
import {drillSchema} from './drill-schema.ts'
import {groupsSchema} from './groups-schema.ts'

export type NetdrillDocument = z.output<Awaited<ReturnType<typeof documentSchema>>>

/** Loads every kind's schema, so that a mistake in any section is found at load. */
export async function documentSchema() {
  const [targetOptions, fault] = await Promise.all([probeOptions(), faultSchema()])
  return makeDocumentSchema({
    targetOptions,
    policy: policySchema,
    sections: {
      title: z.string().optional().describe('one line for lists and reports'),
      description: z.string().optional().describe('what it shows, for people'),
      groups: groupsSchema.optional().describe('targets of which so many have to be healthy'),
      alerts: alertsSchema.optional().describe('rules over the series of a watch'),
      notify: notifySchema.optional().describe('who is told about alerts, targets and groups'),
      peers: peersSchema
        .optional()
        .describe('connections over UDP whose consent is checked as ICE does; for monitor'),
      faults: z.record(nameSchema, fault).optional().describe('impairments by name'),
      lab: labSchema.optional(),
      drill: drillSchema.optional(),
    },
  })
}

async function probeOptions(): Promise<TargetOptions> {
  const entries = await Promise.all(
    PROBE_KINDS.map(async (kind) => [kind, shapeOf((await loadProbe(kind)).schema)] as const),
  )
  return Object.fromEntries(entries)
}

function shapeOf(schema: z.ZodType): z.ZodRawShape {
  return schema instanceof z.ZodObject ? schema.shape : {}
}

async function faultSchema(): Promise<z.ZodType<FaultSpec>> {
  const kinds = await Promise.all(
    FAULT_KINDS.map(async (name) =>
      ((await loadFault(name)).schema as z.ZodObject).safeExtend({on: onSchema.optional()}),
    ),
  )
  const [first, ...rest] = kinds
  if (!first) throw new Error('no fault kinds are registered')
  return z.discriminatedUnion('kind', [first, ...rest]) as unknown as z.ZodType<FaultSpec>
}
