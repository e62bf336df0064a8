/** Every way in which a bundled drill is tried with something broken. */
import {parse} from 'yaml'
import {BUNDLED_DRILLS} from '../../../src/scenarios/bundled/registry.ts'
import {aimElsewhere} from './aim-elsewhere.ts'
import {editDrill} from './edit-drill.ts'
import {complaintAboutNoEffect, complaintAboutRow} from './judge-row.ts'
import {FAULTS_BY_TOOLS, writeLiars} from './lying-tools.ts'
import {readBrokenRows} from './rows.ts'
import {type Ended, textOf} from './run-edited.ts'

/**
 * `broken`: what it checks is broken. `elsewhere`: its faults are in force and hit nobody. `lying`: the programs that put its faults
 * in force say so and don't.
 */
export const ATTEMPT_KINDS = ['broken', 'elsewhere', 'lying'] as const

export interface Attempt {
  readonly kind: (typeof ATTEMPT_KINDS)[number]
  readonly drill: string
  /** In a few words. */
  readonly what: string
  /** Whether every run of the tests tries it. */
  readonly sampled: boolean
  text(): string
  /** Programs that it finds before the real ones. */
  tools(home: string): Promise<{readonly bin?: string}>
  /** Null: it ended as it should. */
  complaint(ended: Ended): string | null
}

/** Of those that break nothing but the effect of faults. */
const SAMPLED: Readonly<Record<Exclude<Attempt['kind'], 'broken'>, readonly string[]>> = {
  elsewhere: ['tunnel-server-hangs', 'mobility-address-change'],
  lying: ['tunnel-connection-limit', 'bonding-carrier-loss'],
}

const realTools = async (): Promise<{readonly bin?: string}> => ({})

export function allAttempts(): readonly Attempt[] {
  const drills = Object.keys(BUNDLED_DRILLS)
  return [...rowAttempts(), ...drills.map(elsewhere), ...drills.filter(needsTools).map(lying)]
}

function rowAttempts(): readonly Attempt[] {
  return readBrokenRows().map((row) => ({
    kind: 'broken',
    drill: row.drill,
    what: row.breaks,
    sampled: row.sampled === true,
    text: () => editDrill(textOf(row.drill), row),
    tools: realTools,
    complaint: (ended) => complaintAboutRow(row, ended),
  }))
}

function elsewhere(drill: string): Attempt {
  return {
    kind: 'elsewhere',
    drill,
    what: 'its faults hit nobody',
    sampled: SAMPLED.elsewhere.includes(drill),
    text: () => aimElsewhere(textOf(drill)),
    tools: realTools,
    complaint: complaintAboutNoEffect,
  }
}

function lying(drill: string): Attempt {
  return {
    kind: 'lying',
    drill,
    what: 'its tools lie',
    sampled: SAMPLED.lying.includes(drill),
    text: () => textOf(drill),
    tools: async (home) => ({bin: await writeLiars(home)}),
    complaint: complaintAboutNoEffect,
  }
}

function needsTools(drill: string): boolean {
  const {faults} = parse(textOf(drill)) as {
    readonly faults: Readonly<Record<string, {readonly kind: string}>>
  }
  return Object.values(faults).some(({kind}) => FAULTS_BY_TOOLS.includes(kind))
}
