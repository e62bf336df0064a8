/** What faults on one part of a bond or bridge are made of. */
import {describe, expect, it} from 'vitest'
import {checkPart, ofPart} from '../../../src/faults/part-of.ts'
import {isUserError} from '../../../src/core/errors.ts'
import {EXIT} from '../../../src/core/exit-codes.ts'
import {type PlanSetting, planWords} from '../../support/fault-situation.ts'

type Words = {readonly kind: string} & Readonly<Record<string, unknown>>
const device = {name: 'eth1', partOf: 'bond0'}

async function table(words: Words, more: PlanSetting['device'] = {}): Promise<string> {
  const compiled = await planWords(words, {device: {...device, ...more}})
  return compiled.table ?? ''
}

describe('the table of a fault on a part', () => {
  it('hangs on the device, and hits every frame when the scope says nothing else', async () => {
    const text = await table({kind: 'partition'})
    expect(text).toMatch(/^create table netdev netdrill_abc$/m)
    expect(text).toContain('type ifname; flags timeout;\n    elements = { "eth1" timeout 60000ms }')
    expect(text).toContain(
      'hook egress device "eth1" priority 0; policy accept;\n    oifname @everything counter drop',
    )
    expect(text).toContain(
      'hook ingress device "eth1" priority 0; policy accept;\n    iifname @everything counter drop',
    )
  })

  it.each<[string, Words, RegExp, RegExp]>([
    ['out', {kind: 'partition', direction: 'out'}, /hook egress/, /hook ingress/],
    ['in', {kind: 'partition', direction: 'in'}, /hook ingress/, /hook egress/],
    [
      'to an address',
      {kind: 'partition', scope: {to: '10.0.0.2'}},
      /ip daddr @to4 counter drop/,
      /everything/,
    ],
    ['of one family', {kind: 'partition', scope: {family: 'ipv6'}}, /meta protocol @families/, /everything/],
    ['of one user', {kind: 'partition', scope: {uid: 7}}, /meta skuid 7 counter drop/, /hook ingress/],
    ['new connections', {kind: 'partition', connections: 'new'}, /tcp flags .* counter drop/, /everything/],
    [
      'shaped',
      {kind: 'netem', delay: '1ms'},
      /hook egress .*\n.*oifname @everything counter meta priority set/,
      /drop/,
    ],
  ])('%s', async (_, words, has, hasNot) => {
    const text = await table(words)
    expect(text).toMatch(has)
    expect(text).not.toMatch(hasNot)
  })

  it('of what arrives leads every frame of the part through the ifb', async () => {
    const ingress = {name: 'ndifb7', ingress: {of: 'eth1', there: false}}
    const text = await table({kind: 'netem', loss: '30%', direction: 'in'}, ingress)
    expect(text).toMatch(/hook ingress device "eth1".*\n.*iifname @everything counter .* fwd to "ndifb7"/)
  })
})

describe('the plan', () => {
  it('says what is hit and what is not', async () => {
    const {plan} = await planWords({kind: 'partition'}, {device})
    expect(plan.blastRadius).toEqual([
      'hit: every frame that leaves by eth1, ARP and what a bond asks its neighbours too',
      'hit: every frame that arrives at eth1, ARP and what a bond asks its neighbours too',
      'not hit: the carrier of eth1, other parts of bond0, and other namespaces',
    ])
  })

  it('promises nothing about targets, which the whole may serve another way', async () => {
    const {blueprint, situation} = await planWords({kind: 'partition'}, {device})
    expect(blueprint.effect).not.toEqual({})
    expect(ofPart(blueprint, situation.device)).toMatchObject({
      effect: {},
      notes: [/eth1 is a part of bond0/],
    })
  })
})

describe('what a part can not do', () => {
  const refusal = async (words: Words, setting: PlanSetting): Promise<unknown> => {
    const {situation, blueprint} = await planWords(words, setting)
    try {
      checkPart(situation, blueprint)
      return null
    } catch (error) {
      return error
    }
  }

  it.each<[string, Words, string]>([
    ['answer', {kind: 'partition', mode: 'reject'}, 'answer none'],
    ['count connections', {kind: 'connection-limit', max: 3}, 'where they end'],
    ['cut packets', {kind: 'mtu', size: 900}, 'before they come to it'],
    ['tell groups', {kind: 'partition', scope: {cgroup: '/a.slice'}}, 'by user'],
    ['translate', {kind: 'nat-rebind', scope: {to: '10.0.0.2'}}, 'translates no addresses'],
  ])('is refused with the whole as the way out: %s', async (_, words, because) => {
    const error = await refusal(words, {device})
    expect(isUserError(error) && error.problems[0]).toMatchObject({
      code: 'USAGE_INVALID',
      message: expect.stringContaining(because),
      advice: ['all of bond0: --device bond0'],
    })
    expect(await refusal(words, {})).toBeNull()
  })

  it('needs a hook where frames leave, unless it is about what arrives', async () => {
    const missing = ['nft-egress'] as const
    const error = await refusal({kind: 'partition'}, {device, missing})
    expect(isUserError(error) && error.exit).toBe(EXIT.capability)
    expect(isUserError(error) && error.message).toContain('nft-egress is missing')
    expect(await refusal({kind: 'partition', direction: 'in'}, {device, missing})).toBeNull()
    expect(await refusal({kind: 'partition'}, {missing})).toBeNull()
  })
})
