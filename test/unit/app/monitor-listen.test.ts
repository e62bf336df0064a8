import {describe, expect, it} from 'vitest'
import {parseListen} from '../../../src/app/monitor-listen.ts'

describe('where to listen', () => {
  it.each([
    {text: '127.0.0.1:9469', address: '127.0.0.1', port: 9469},
    {text: ':8080', address: '127.0.0.1', port: 8080},
    {text: '8080', address: '127.0.0.1', port: 8080},
    {text: '0.0.0.0:80', address: '0.0.0.0', port: 80},
    {text: '[::1]:0', address: '::1', port: 0},
    {text: '[::]', address: '::', port: 9469},
  ])('$text is $address port $port', ({text, address, port}) => {
    expect(parseListen(text)).toEqual({address, port})
  })

  it.each(['', 'localhost:80', '127.0.0.1', '1.2.3.4:99999', '::1:80', ':x'])('"%s" is refused', (text) => {
    expect(() => parseListen(text)).toThrow(/is not an address and port/)
  })
})
