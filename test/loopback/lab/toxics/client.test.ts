import {Toxiproxy} from 'toxiproxy-node-client'
import {afterAll, afterEach, beforeAll, describe, expect, it} from 'vitest'
import {type ToxicRig, echoTime, endingOf, openToxicRig} from '../../../support/toxic-rig.ts'

let rig: ToxicRig
let client: Toxiproxy
beforeAll(async () => {
  rig = await openToxicRig()
  client = new Toxiproxy(rig.api.url)
})
afterEach(async () => {
  for (const proxy of Object.values(await client.getAll())) await proxy.remove()
})
afterAll(async () => rig.close())

const body = (name: string, listen = '127.0.0.1:0') => ({name, listen, upstream: rig.upstream, enabled: true})

async function ask(
  method: string,
  path: string,
  more: {body?: string; agent?: string} = {},
): Promise<Response> {
  return fetch(`${rig.api.url}${path}`, {
    method,
    headers: {'user-agent': more.agent ?? 'test'},
    ...(more.body === undefined ? {} : {body: more.body}),
  })
}

describe('the published client of Toxiproxy', () => {
  it('creates a proxy, finds it, and connects through it', async () => {
    const made = await client.createProxy(body('db'))
    expect(made.listen).toMatch(/^127\.0\.0\.1:\d+$/)
    expect((await client.get('db')).toJson()).toEqual({...body('db'), listen: made.listen})
    expect(await echoTime(await rig.connect(made.listen), Buffer.from('hello'))).toBeGreaterThanOrEqual(0)
  })

  it('adds a latency, reads it, changes it and removes it on a live connection', async () => {
    const proxy = await client.createProxy(body('db'))
    const socket = await rig.connect(proxy.listen)
    const toxic = await proxy.addToxic({type: 'latency', attributes: {latency: 80, jitter: 0}} as never)
    expect(toxic.toJson()).toEqual({
      name: 'latency_downstream',
      type: 'latency',
      stream: 'downstream',
      toxicity: 1,
      attributes: {latency: 80, jitter: 0},
    })
    expect((await proxy.getToxic('latency_downstream')).toJson()).toEqual(toxic.toJson())
    const slow = await echoTime(socket, Buffer.from('a'))
    expect(slow).toBeGreaterThanOrEqual(79)
    const changed = await toxic.update({...toxic.toJson(), attributes: {latency: 200, jitter: 0}} as never)
    expect(changed.toJson()).toMatchObject({attributes: {latency: 200, jitter: 0}})
    expect(await echoTime(socket, Buffer.from('b'))).toBeGreaterThanOrEqual(199)
    await toxic.remove()
    expect(await echoTime(socket, Buffer.from('c'))).toBeLessThan(79)
  })

  it('disables a proxy, which ends its connections and refuses new ones, and enables it on the same port', async () => {
    const proxy = await client.createProxy(body('db'))
    const socket = await rig.connect(proxy.listen)
    await echoTime(socket, Buffer.from('a'))
    const ended = endingOf(socket)
    const disabled = await proxy.update({...proxy.toJson(), enabled: false})
    expect(disabled.enabled).toBe(false)
    expect((await ended).how).toBe('end')
    await expect(rig.connect(proxy.listen)).rejects.toMatchObject({code: 'ECONNREFUSED'})
    const again = await proxy.update({...proxy.toJson(), enabled: true})
    expect(again.listen).toBe(proxy.listen)
    await echoTime(await rig.connect(proxy.listen), Buffer.from('b'))
  })

  it('populates, keeps what is the same, and resets toxics and disabled proxies', async () => {
    const first = await client.populate([body('a'), body('b')])
    expect(Object.keys(first)).toEqual(['a', 'b'])
    const second = await client.populate([body('a'), body('c')])
    expect(second['a']?.listen).toBe(first['a']?.listen)
    await second['a']?.addToxic({type: 'timeout', stream: 'upstream', attributes: {timeout: 0}} as never)
    await second['c']?.update({...second['c'].toJson(), enabled: false})
    await client.reset()
    expect(Object.values(await client.getAll()).map(({name, enabled}) => [name, enabled])).toEqual([
      ['a', true],
      ['b', true],
      ['c', true],
    ])
    expect(await (await ask('GET', '/proxies/a/toxics')).json()).toEqual([])
  })

  it('reads the version', async () => {
    expect(JSON.parse(await client.getVersion())).toMatchObject({version: expect.stringMatching(/^2\.12\./)})
  })
})

describe('the API', () => {
  it.each([
    ['GET', '/proxies/none', '', '404 proxy not found'],
    ['DELETE', '/proxies/none', '', '404 proxy not found'],
    ['POST', '/proxies/none/toxics', '{}', '404 proxy not found'],
    ['POST', '/proxies', '{', '400 bad request body'],
    ['POST', '/proxies', '{"upstream":"a:1"}', '400 missing required field: name'],
    ['POST', '/proxies', '{"name":"x"}', '400 missing required field: upstream'],
    ['POST', '/proxies', '{"name":"there","upstream":"a:1"}', '409 proxy already exists'],
    ['GET', '/proxies/there/toxics/none', '', '404 toxic not found'],
    ['POST', '/proxies/there/toxics', '{"type":"unheard"}', '400 invalid toxic type'],
    ['POST', '/proxies/there/toxics', '{"type":"loss"}', '400 invalid toxic type'],
    ['POST', '/proxies/there/toxics', '{"type":"latency","stream":"up"}', '400 stream was invalid'],
    [
      'POST',
      '/proxies/there/toxics',
      '{"type":"latency","attributes":{"latency":"1"}}',
      '400 bad request body',
    ],
    ['POST', '/proxies/there/toxics', '{"type":"latency","ttl":"soon"}', '400 ttl'],
    ['POST', '/populate', '{}', '400 bad request body'],
  ])('answers %s %s %s with %s', async (method, path, sent, told) => {
    await client.createProxy(body('there'))
    const answer = await ask(method, path, sent === '' ? {} : {body: sent})
    const [status, why] = [told.slice(0, 3), told.slice(4)]
    expect(answer.status).toBe(Number(status))
    expect(answer.headers.get('content-type')).toBe('application/json')
    expect(await answer.json()).toMatchObject({status: Number(status), error: expect.stringContaining(why)})
  })

  it.each([
    ['POST', '/proxies', 201],
    ['PATCH', '/proxies/there', 200],
    ['POST', '/proxies/there/toxics', 200],
    ['PATCH', '/proxies/there/toxics/slow_close_upstream', 200],
    ['GET', '/proxies/there/toxics', 200],
    ['DELETE', '/proxies/there/toxics/slow_close_upstream', 204],
    ['DELETE', '/proxies/there', 204],
    ['POST', '/reset', 204],
    ['PUT', '/proxies', 405],
    ['GET', '/nothing', 404],
  ])('answers %s %s with %i', async (method, path, status) => {
    const proxy = await client.createProxy(body('there'))
    if (method !== 'POST')
      await proxy.addToxic({type: 'slow_close', stream: 'upstream', attributes: {delay: 1}} as never)
    const sent = path.endsWith('toxics') ? {type: 'latency'} : {name: 'new', upstream: rig.upstream}
    const answer = await ask(
      method,
      path,
      ['POST', 'PATCH'].includes(method) ? {body: JSON.stringify(sent)} : {},
    )
    expect(answer.status).toBe(status)
  })

  it('refuses browsers', async () => {
    expect((await ask('GET', '/proxies', {agent: 'Mozilla/5.0 (X11)'})).status).toBe(403)
  })

  it('says 500 for an address that the system refuses', async () => {
    const {listen} = await client.createProxy(body('first'))
    const answer = await ask('POST', '/proxies', {body: JSON.stringify(body('second', listen))})
    expect(answer.status).toBe(500)
    expect(await answer.json()).toMatchObject({error: expect.stringContaining('EADDRINUSE')})
  })

  it('counts bytes per proxy and direction', async () => {
    const {listen} = await client.createProxy(body('db'))
    await echoTime(await rig.connect(listen), Buffer.alloc(1000))
    const text = await (await ask('GET', '/metrics')).text()
    expect(text).toMatch(
      /^toxiproxy_proxy_received_bytes_total\{direction="upstream",.*proxy="db".*\} 1000$/m,
    )
    expect(text).toMatch(/^toxiproxy_proxy_sent_bytes_total\{direction="downstream",.*proxy="db".*\} 1000$/m)
  })

  it('removes a toxic when its time to live is over', async () => {
    const {listen} = await client.createProxy(body('db'))
    const sent = {type: 'timeout', attributes: {timeout: 0}, ttl: '100ms'}
    const made = await ask('POST', '/proxies/db/toxics', {body: JSON.stringify(sent)})
    expect(await made.json()).toMatchObject({ttl: 100})
    // The black hole ends what it swallowed from.
    expect((await endingOf(await rig.connect(listen))).how).toBe('end')
    expect(await (await ask('GET', '/proxies/db/toxics')).json()).toEqual([])
    expect(
      rig.events.some(({type, toxic}) => type === 'toxic-expired' && toxic === 'timeout_downstream'),
    ).toBe(true)
  })
})
