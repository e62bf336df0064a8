import {describe, expect, it} from 'vitest'
import type {EchoResult} from '../../../../src/core/ports.ts'
import {type MtuSearched, searchMtu} from '../../../../src/probes/ping/search-mtu.ts'

/** A path: own link first, then what the routers take. */
interface Path {
  readonly family?: 4 | 6
  readonly link: number
  readonly mtu: number
  /** Whether the router says what it takes, says only that it is too much, or nothing. */
  readonly tells: 'mtu' | 'refusal' | 'nothing'
  /** Packets, counted from 1, that are lost by chance. */
  readonly lost?: readonly number[]
  /** Rounds of echo after which the time of the sample is over. */
  readonly patience?: number
}

async function search(path: Path): Promise<{found: MtuSearched; sizes: number[]}> {
  const {family = 4, link, mtu, tells, lost = [], patience = 100} = path
  const headers = family === 4 ? 28 : 48
  const sizes: number[] = []
  const failed = (more: object): EchoResult => ({
    status: 'failed',
    took: 1,
    error: {code: 'EMSGSIZE', message: 'too big', ...more},
  })
  const echo = async (payload: number): Promise<EchoResult> => {
    const size = payload + headers
    if (size > link) return Promise.resolve({...failed({local: true}), mtu: link} as EchoResult)
    sizes.push(size)
    if (lost.includes(sizes.length)) return Promise.resolve({status: 'timeout', took: 200})
    if (size <= mtu) {
      const reply = {rtt: sizes.length, ttl: 60, bytes: payload + 8, from: '10.0.0.2'}
      return Promise.resolve({status: 'reply', ...reply})
    }
    if (tells === 'nothing') return Promise.resolve({status: 'timeout', took: 200})
    const named = tells === 'mtu' ? {mtu} : {}
    const icmp = {type: 3, code: 4, from: '10.0.0.1'}
    return Promise.resolve({...failed({icmp}), ...named} as EchoResult)
  }
  const left = (): number => (sizes.length >= patience ? 0 : 60_000)
  return {found: await searchMtu({family, echo, left}), sizes}
}

describe('the search for the path MTU', () => {
  it('needs two packets when the path takes what the own link takes', async () => {
    const {found} = await search({link: 1500, mtu: 1500, tells: 'mtu'})
    expect(found).toMatchObject({
      mtu: 1500,
      link: 1500,
      over: 1501,
      silent: false,
      complete: true,
      packets: 2,
    })
  })

  it('tries what a router names', async () => {
    const {found, sizes} = await search({link: 1500, mtu: 1400, tells: 'mtu'})
    expect(found).toMatchObject({mtu: 1400, over: 1401, from: '10.0.0.1', silent: false, complete: true})
    expect(sizes).toEqual([1244, 1500, 1400])
  })

  it.each([
    [1499, 12],
    [1492, 12],
    [1400, 12],
    [1244, 12],
    [1243, 12],
    [1000, 12],
    [576, 12],
    [575, 12],
    [296, 12],
    [84, 12],
  ])('finds %i behind silence with at most %i packets', async (mtu, most) => {
    const {found, sizes} = await search({link: 1500, mtu, tells: 'nothing'})
    expect(found).toMatchObject({mtu, over: mtu + 1, silent: true, from: null, complete: true, link: 1500})
    expect(sizes.length).toBeLessThanOrEqual(most)
  })

  it('finds every size behind silence, and behind a router without a number', async () => {
    for (let mtu = 84; mtu < 1500; mtu++) {
      for (const tells of ['nothing', 'refusal'] as const) {
        const {found, sizes} = await search({link: 1500, mtu, tells})
        expect(found).toMatchObject({mtu, complete: true, silent: tells === 'nothing'})
        expect(sizes.length).toBeLessThanOrEqual(12)
      }
    }
  })

  it.each([
    [1280, 12],
    [1400, 12],
    [1499, 12],
  ])('finds %i over IPv6 with at most %i packets', async (mtu, most) => {
    const {found, sizes} = await search({family: 6, link: 1500, mtu, tells: 'nothing'})
    expect(found).toMatchObject({mtu, silent: true, complete: true})
    expect(sizes.length).toBeLessThanOrEqual(most)
  })

  it.each([1500, 8999, 1400, 4321])('finds %i behind a link that takes 9000', async (mtu) => {
    const {found, sizes} = await search({link: 9000, mtu, tells: 'nothing'})
    expect(found).toMatchObject({mtu, silent: true, complete: true})
    expect(sizes.length).toBeLessThanOrEqual(20)
  })

  it.each([[[1]], [[2]], [[3]], [[4]], [[1, 4]]])(
    'does not take packets lost by chance for a black hole: number %j',
    async (lost) => {
      const {found, sizes} = await search({link: 1500, mtu: 1500, tells: 'mtu', lost})
      expect(found).toMatchObject({mtu: 1500, silent: false, complete: true})
      expect(sizes.length).toBeLessThanOrEqual(13)
    },
  )

  it('gives bounds when chance takes more packets than there are', async () => {
    const {found} = await search({link: 1500, mtu: 1400, tells: 'nothing', lost: [3]})
    expect(found).toMatchObject({mtu: 1372, over: 1436, silent: true, complete: false, packets: 12})
  })

  it('says what it knows when time runs out', async () => {
    const {found} = await search({link: 1500, mtu: 1400, tells: 'nothing', patience: 4})
    expect(found).toMatchObject({mtu: 1372, over: 1436, silent: true, complete: false, packets: 4})
  })

  it('is lost when nothing is answered', async () => {
    const {found, sizes} = await search({link: 1500, mtu: 0, tells: 'nothing'})
    expect(found).toMatchObject({status: 'lost', result: {status: 'timeout'}})
    expect(sizes).toEqual([1244, 800, 300, 84])
  })

  it('is lost at once when the host can not be reached', async () => {
    const unreachable: EchoResult = {
      status: 'failed',
      took: 3,
      error: {code: 'EHOSTUNREACH', message: 'icmp', icmp: {type: 3, code: 1, from: '10.0.0.1'}},
    }
    let sent = 0
    const echo = async (size: number): Promise<EchoResult> => {
      if (size > 2000)
        return Promise.resolve({...unreachable, error: {code: 'EMSGSIZE', message: '', local: true}})
      sent++
      return Promise.resolve(unreachable)
    }
    const found = await searchMtu({family: 4, echo, left: () => 3000})
    expect(found).toMatchObject({status: 'lost', result: unreachable})
    expect(sent).toBe(1)
  })

  it('goes by what a packet does when a router names nonsense', async () => {
    const answers: EchoResult[] = []
    const echo = async (payload: number): Promise<EchoResult> => {
      const size = payload + 28
      const icmp = {type: 3, code: 4, from: '10.0.0.1'}
      const refusal = {
        status: 'failed',
        took: 1,
        mtu: 68,
        error: {code: 'EMSGSIZE', message: '', icmp},
      } as const
      const reply = {status: 'reply', rtt: 1, ttl: 1, bytes: 1, from: ''} as const
      answers.push(size > 1450 ? refusal : reply)
      return Promise.resolve(answers.at(-1) ?? refusal)
    }
    expect(await searchMtu({family: 4, echo, left: () => 3000})).toMatchObject({mtu: 1450, complete: true})
  })
})
