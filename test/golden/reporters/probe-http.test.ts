import {describe, expect, it} from 'vitest'
import type {HttpFacts} from '../../../src/core/facts.ts'
import {renderHttp} from '../../../src/reporters/probe-http.ts'
import {chooseStyle} from '../../../src/reporters/style.ts'

const FACTS: HttpFacts = {
  method: 'GET',
  url: 'https://www.example.org/health',
  status: 200,
  reason: 'OK',
  version: '1.1',
  alpn: 'http/1.1',
  header: {
    'content-type': 'application/json; charset=utf-8',
    'set-cookie': 'a=1\nb=2',
    'x-\u001B[31m': 'red\u0007',
  },
  body: '{"status": "ok"}\u001B]0;owned\u0007',
  body_cut: false,
  size: 16,
  truncated: false,
  retry_after: null,
  redirects: [
    {
      url: 'http://example.org/',
      status: 301,
      location: 'https://www.example.org/health',
      version: '1.1',
      address: '192.0.2.1',
      port: 80,
      phase: {resolve: 2, connect: 10, request: 0.1, wait: 11, download: 0.4, total: 23.5},
    },
  ],
  phase: {connect: 10, tls: 22, request: 0.2, wait: 41, download: 3, total: 76.2},
  proxy: 'proxy.example:3128',
}
const PHASES = {resolve: 2, connect: 20, tls: 22, request: 0.3, wait: 52, download: 3.4, total: 99.7}

const show = (facts: HttpFacts, width: number, verbose: boolean): string =>
  renderHttp(facts, PHASES, {width, verbose, style: chooseStyle(false)}).join('\n')

describe('an HTTP sample for people', () => {
  it('shows the way, and phases that can be seen to add up', () => {
    expect(show(FACTS, 80, false)).toMatchInlineSnapshot(`
      "http
        status    200 OK HTTP/1.1 application/json; charset=utf-8 16 octets
        redirects 301 in 23.50 ms http://example.org/ → https://www.example.org/health
        answer    https://www.example.org/health
        proxy     proxy.example:3128
        resolve     2.000 ms  █
        connect     20.00 ms  ████████
        tls         22.00 ms          █████████
        request     0.300 ms                   ▏
        wait        52.00 ms                   █████████████████████
        download    3.400 ms                                        █
        total       99.70 ms  ████████████████████████████████████████"
    `)
  })

  it('shows headers and body on request, without what could take over a terminal', () => {
    expect(show(FACTS, 80, true)).toMatchInlineSnapshot(`
      "http
        status    200 OK HTTP/1.1 application/json; charset=utf-8 16 octets
        redirects 301 in 23.50 ms http://example.org/ → https://www.example.org/health
        answer    https://www.example.org/health
        proxy     proxy.example:3128
        resolve     2.000 ms  █
        connect     20.00 ms  ████████
        tls         22.00 ms          █████████
        request     0.300 ms                   ▏
        wait        52.00 ms                   █████████████████████
        download    3.400 ms                                        █
        total       99.70 ms  ████████████████████████████████████████
        headers   content-type: application/json; charset=utf-8
                  set-cookie: a=1
                  set-cookie: b=2
                  x-: red
        body      {"status": "ok"}"
    `)
  })

  it.each([40, 60, 120])('stays within %d columns', (width) => {
    const lines = show(FACTS, width, true).split('\n')
    expect(lines.filter((line) => line.length > width)).toEqual([])
  })

  it('says that there was no response, or that not all of it was read', () => {
    const none = {...FACTS, status: null, redirects: [], proxy: null}
    expect(show(none, 80, false)).toContain('no response')
    expect(show({...FACTS, truncated: true}, 120, false)).toContain('16 octets, not all read')
  })
})
