import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {readExpectations} from '../../../../src/app/probe-judge.ts'
import {evaluateCondition} from '../../../../src/config/conditions/evaluate.ts'
import {UserError} from '../../../../src/core/errors.ts'
import {http} from '../../../../src/probes/http/probe.ts'
import {resultField} from '../../../../src/probes/result-field.ts'
import {type Measured, SummaryFold} from '../../../../src/probes/summary.ts'
import {type Workshop, openWorkshop} from '../../../support/certificates.ts'
import {type Running, secureHttp} from '../../../support/http-servers.ts'
import {measureOnce} from '../../../support/measure-once.ts'

const BODY = '{"status":"ok","build":{"tags":["blue","green"],"number":42},"none":null}'

let workshop: Workshop
let server: Running
const measured = new Map<string, Measured>()

async function measure(path: string, ca: string): Promise<Measured> {
  const url = `https://127.0.0.1:${server.port}${path}`
  const outcome = await measureOnce(http, url, {options: {ca: [ca]}})
  const fold = new SummaryFold({target: 't', kind: 'http', started: '2026-01-01T00:00:00.000Z'})
  fold.add({at: 50, type: 'sample', target: 't', sample: {seq: 0, sentAt: 0, outcome}})
  return fold.result()
}

beforeAll(async () => {
  workshop = await openWorkshop()
  const root = await workshop.authority({name: 'root'})
  const leaf = await workshop.leaf({name: 'leaf', san: ['IP:127.0.0.1'], from: -1, to: 30}, root)
  server = await secureHttp(leaf, (request, response) => {
    const status = Number(request.url?.slice(1))
    response.writeHead(status, {'content-type': 'application/json', 'x-build': '42'})
    response.end(BODY)
  })
  for (const path of ['/200', '/503']) measured.set(path, await measure(path, root.certificateFile))
})
afterAll(async () => {
  await server.stop()
  await workshop.remove()
})

function judge(path: string, text: string): boolean | null {
  const [condition] = readExpectations('http', [text])
  const result = measured.get(path)
  if (!condition || !result) throw new Error('nothing to judge')
  return evaluateCondition(condition, (field) => resultField(result, field)).met
}

describe('conditions on a response', () => {
  it.each<[string, boolean | null]>([
    ['http.status == 200', true],
    ['http.status in [201, 204]', false],
    ['http.status < 300', true],
    ['http.version == 2', true],
    ['http.version == 1.1', false],
    ['http.header.content-type has json', true],
    ['http.header.X-Build == 42', true],
    ['http.header.absent == 42', false],
    ['http.body has blue', true],
    ['http.body matches "\\"number\\":\\d+"', true],
    ['http.body matches "^<html"', false],
    ['http.json.status == ok', true],
    ['http.json.build.number == 42', true],
    ['http.json.build.tags[1] == green', true],
    ['http.json.build.tags.0 == green', false],
    ['http.json.absent == ok', false],
    [`http.size == ${BODY.length}B`, true],
    ['http.size > 1KiB', false],
    ['tls.days_left > 20', true],
    ['tls.days_left > 60', false],
    ['tls.version == TLSv1.3', true],
    ['tls.names has 127.0.0.1', true],
    ['tls.trusted == true', true],
    ['phase.wait < 10s', true],
    ['phase.tls > 10s', false],
    ['rtt.max < 10s', true],
    ['address == 127.0.0.1', true],
    ['code == HTTP_UNAVAILABLE', false],
    ['loss == 0%', true],
  ])('%s: %s', (text, met) => {
    expect(judge('/200', text)).toBe(met)
  })

  it.each<[string, boolean | null]>([
    ['http.status == 503', true],
    ['code == HTTP_UNAVAILABLE', true],
    ['stage == receive', true],
    ['ok == false', true],
    ['http.json.status == ok', true],
    ['tls.days_left > 20', true],
  ])('are judged of a response that counts as failed, too: %s: %s', (text, met) => {
    expect(judge('/503', text)).toBe(met)
  })

  it.each(['http.statuz == 200', 'http.status == soon', 'http.size > 5s', 'dns.ttl > 5', 'http.body < 5'])(
    '%s is a mistake',
    (text) => {
      expect(() => readExpectations('http', [text])).toThrow(UserError)
    },
  )
})
