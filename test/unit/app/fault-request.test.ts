/** From flags to a fault: which of several destinations are hit is the seed's choice, and only the seed's. */
import {describe, expect, it} from 'vitest'
import {readFault} from '../../../src/app/fault-request.ts'
import {openPorts} from '../../../src/app/ports.ts'
import {isUserError} from '../../../src/core/errors.ts'
import type {FaultScope} from '../../../src/faults/fault.ts'

const TARGETS = ['10.0.0.1', '10.0.0.2', '10.0.0.3', '2001:db8::4', '10.0.0.0/24']

async function chosen(seed: number, scope: FaultScope): Promise<string> {
  const words = {kind: 'partition', file: null, flags: {}, scope: {targets: TARGETS, ...scope}}
  return (await readFault(words, openPorts(seed))).spec.scope?.to ?? ''
}

describe('so many of the destinations', () => {
  it('are the same ones for the same seed, in the order given', async () => {
    const first = await chosen(7, {pick: 2})
    expect(await chosen(7, {pick: 2})).toBe(first)
    const parts = first.split(',')
    expect(parts).toHaveLength(2)
    expect(parts).toEqual(TARGETS.filter((target) => parts.includes(target)))
  })

  it('are others for other seeds, each of them for some', async () => {
    const all = await Promise.all(Array.from({length: 40}, async (_, seed) => chosen(seed, {pick: 1})))
    expect(new Set(all)).toEqual(new Set(TARGETS))
  })

  it('are all of them when all are wanted, and no more than there are', async () => {
    expect(await chosen(1, {pick: 5})).toBe(TARGETS.join(','))
    const error = await chosen(1, {pick: 6}).catch((caught: unknown) => caught)
    expect(isUserError(error) && error.message).toContain('pick 6 of 5 destinations')
  })
})
