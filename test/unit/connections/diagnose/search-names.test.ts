import {describe, expect, it} from 'vitest'
import {
  addressesInHosts,
  nearbyNames,
  searchNames,
} from '../../../../src/connections/diagnose/search-names.ts'

const conf = (search: readonly string[], ndots = 1) => ({servers: [], search, ndots})

describe('searchNames', () => {
  it.each([
    ['shop', conf(['a.example', 'b.example']), ['shop.a.example', 'shop.b.example', 'shop']],
    ['shop.eu', conf(['a.example']), ['shop.eu', 'shop.eu.a.example']],
    ['shop.eu', conf(['a.example'], 2), ['shop.eu.a.example', 'shop.eu']],
    ['shop.', conf(['a.example']), ['shop']],
    ['shop', conf(['a.example.', '.']), ['shop.a.example', 'shop']],
  ])('%s in the order of resolv.conf(5)', (host, configuration, names) => {
    expect(searchNames(host, configuration)).toEqual(names)
  })
})

describe('nearbyNames', () => {
  it('goes up from the search domains, but never to a name below a top level domain', () => {
    expect(nearbyNames('shop', conf(['eu.corp.example']))).toEqual(['shop.corp.example'])
    expect(nearbyNames('shop', conf(['corp.example']))).toEqual([])
    expect(nearbyNames('shop.', conf(['eu.corp.example']))).toEqual([])
  })
})

describe('addressesInHosts', () => {
  it('finds every line of the name, whatever its case, and no comments', () => {
    const text = '10.0.0.1 Shop.example shop\n# 10.0.0.2 shop.example\nfd00::1\tshop.example # new\n'
    expect(addressesInHosts(text, 'shop.example.')).toEqual(['10.0.0.1', 'fd00::1'])
  })
})
