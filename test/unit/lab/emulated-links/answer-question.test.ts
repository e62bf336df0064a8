import {describe, expect, it} from 'vitest'
import {LINK_WORDS, type LinkReply} from '../../../../src/core/kept-links.ts'
import type {LinkEffect, LinkOrder, LinkState} from '../../../../src/core/link-effects.ts'
import {answerQuestion} from '../../../../src/lab/emulated-links/answer-question.ts'
import {carryAll} from '../../../../src/lab/emulated-links/carry-all.ts'

const EFFECT: LinkEffect = {
  delay: 100,
  jitter: 0,
  correlation: 0,
  distribution: 'uniform',
  keepOrder: true,
  limit: 1000,
}
const ORDER: LinkOrder = {
  fault: 'f1',
  series: 'f1',
  lasts: 60_000,
  sender: 0,
  arriving: false,
  match: {to: ['10.0.0.2', 'fd00::/64'], from: [], port: 443, protocol: 'tcp', family: null},
  effect: EFFECT,
  seed: null,
}
const COUNT = {matched: 3, affected: 2, lost: 1, overflowed: 0}

/** A link that does what it is told, and writes that down. */
function fakeLink(orders: LinkOrder[] = []) {
  const done: string[] = []
  return {
    done,
    set: async (order: LinkOrder) => {
      done.push(`set ${order.fault}`)
      orders.push(order)
    },
    clear: async (fault: string) => {
      done.push(`clear ${fault}`)
      orders.splice(0, orders.length, ...orders.filter((one) => one.fault !== fault))
    },
    state: async (): Promise<LinkState> => ({
      link: 'a-b',
      packets: 9,
      bytes: 900,
      orders,
      faults: {f1: COUNT, other: COUNT},
    }),
  }
}

async function ask(words: object, link = fakeLink()): Promise<LinkReply> {
  const line = JSON.stringify({schema: LINK_WORDS, link: 'a-b', fault: 'f1', ...words})
  return JSON.parse(await answerQuestion(line, (name) => (name === 'a-b' ? link : null))) as LinkReply
}

describe('the keeper of a lab', () => {
  it('puts a fault on its link, tells how it stands, and takes it back', async () => {
    const link = fakeLink()
    expect(await ask({set: ORDER}, link)).toEqual({schema: LINK_WORDS, order: ORDER, count: COUNT})
    expect(await ask({}, link)).toMatchObject({order: ORDER})
    expect(await ask({clear: true}, link)).toMatchObject({order: null, count: COUNT})
    expect(await ask({clear: true}, link)).toMatchObject({order: null})
    expect(link.done).toEqual(['set f1', 'clear f1', 'clear f1'])
  })

  it('takes a table of delays', async () => {
    const distribution = Array.from({length: 16_384}, (_, index) => index - 8192)
    expect(await ask({set: {...ORDER, effect: {...EFFECT, distribution}}})).toMatchObject({
      order: {fault: 'f1'},
    })
  })

  it.each<[string, object]>([
    ['another version', {schema: 'netdrill/links/2'}],
    ['words that nobody knows', {also: true}],
    ['a fault without an end', {set: {...ORDER, lasts: null}}],
    ['one longer than an hour', {set: {...ORDER, lasts: 3_600_001}}],
    ['a fault under another name', {set: {...ORDER, fault: 'f2'}}],
    ['both at once', {set: ORDER, clear: true}],
    ['what belongs to the link itself', {fault: 'link-0', clear: true}],
    ['an address that is none', {set: {...ORDER, match: {...ORDER.match, to: ['10.0.0']}}}],
    ['a prefix that is too long', {set: {...ORDER, match: {...ORDER.match, to: ['10.0.0.0/33']}}}],
    ['a chance above 1', {set: {...ORDER, effect: {...EFFECT, duplicate: {chance: 2, correlation: 0}}}}],
    ['a delay before the packet', {set: {...ORDER, effect: {...EFFECT, delay: -1}}}],
    ['no port', {set: {...ORDER, match: {...ORDER.match, port: 0}}}],
  ])('refuses %s, and does nothing', async (_, words) => {
    const link = fakeLink()
    expect(await ask(words, link)).toEqual({schema: LINK_WORDS, problem: `not a question of ${LINK_WORDS}`})
    expect(link.done).toEqual([])
  })

  it('says what it can not do', async () => {
    const line = JSON.stringify({schema: LINK_WORDS, link: 'x', fault: 'f1'})
    expect(await answerQuestion(line, () => null)).toContain('the link x is not carried')
    expect(await answerQuestion('{', () => null)).toContain('not a question')
    const full = fakeLink(Array.from({length: 32}, (_, index) => ({...ORDER, fault: `o${index}`})))
    expect(await ask({set: ORDER}, full)).toMatchObject({problem: '32 faults are on this link already'})
    const broken = {...fakeLink(), state: async () => Promise.reject(new Error('the agent is gone'))}
    expect(await ask({}, broken)).toMatchObject({problem: 'the agent is gone'})
  })
})

describe('a lab whose links are all to be carried', () => {
  it('leaves bonds, and what the document leaves to the kernel', () => {
    const link = {between: ['a', 'b'] as const, subnet: '10.0.0.0/24'}
    const spec = carryAll({
      isolation: 'auto',
      nodes: ['a', 'b'],
      servers: {},
      links: [link, {...link, emulate: false}, {...link, bond: {} as never}],
    })
    expect(spec.links.map(({emulate}) => emulate)).toEqual([true, false, undefined])
  })
})
