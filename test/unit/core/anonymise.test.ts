import {describe, expect, it} from 'vitest'
import {createAnonymiser} from '../../../src/core/anonymise.ts'

describe('addresses that are taken out', () => {
  it.each([
    ['an address', 'from 192.168.1.7', 'from private4-1.1'],
    ['with a prefix', '10.0.0.1/24', 'private4-1.1/24'],
    ['with a port', '203.0.113.9:443', 'public4-1.1:443'],
    ['at the end of a sentence', 'It was 203.0.113.9.', 'It was public4-1.1.'],
    ['twice the same', '10.0.0.1 10.0.0.1', 'private4-1.1 private4-1.1'],
    ['two of a network', '10.0.0.1 10.0.0.2', 'private4-1.1 private4-1.2'],
    ['two networks', '10.0.0.1 10.0.1.1', 'private4-1.1 private4-2.1'],
    ['behind a carrier', '100.64.3.3', 'shared4-1.1'],
    ['without DHCP', '169.254.3.3', 'linklocal4-1.1'],
    ['IPv6', '2001:db8::1', 'public6-1.1'],
    ['IPv6 in brackets', '[2001:db8::1]:443', '[public6-1.1]:443'],
    ['IPv6 of a link', 'fe80::1%eth0', 'linklocal6-1.1%eth0'],
    ['IPv6 spelled in two ways', '2001:db8:0:0:0:0:0:1 2001:db8::1', 'public6-1.1 public6-1.1'],
    ['unique local', 'fd00:1::5/64', 'private6-1.1/64'],
    ['IPv4 in IPv6', '::ffff:192.0.2.1', 'public6-1.1'],
    ['a network card', 'link/ether 02:42:ac:11:00:02 brd', 'link/ether mac-1 brd'],
    ['as JSON', '{"local":"10.0.0.1"}', '{"local":"private4-1.1"}'],
  ])('%s', (_, text, clean) => {
    expect(createAnonymiser()(text)).toBe(clean)
  })

  it('has one name in all texts', () => {
    const anonymise = createAnonymiser()
    const first = anonymise('10.0.0.1 10.0.0.2')
    expect(anonymise('10.0.0.2')).toBe(first.split(' ')[1])
  })
})

describe('what stays', () => {
  it.each([
    'lo 127.0.0.1/8 and ::1/128',
    '0.0.0.0:53 and [::]:53',
    'netmask 255.255.255.0, broadcast 255.255.255.255',
    '224.0.0.251 and ff02::fb',
    'at 12:30:45 and 2026-01-02T03:04:05.678Z',
    'link/loopback 00:00:00:00:00:00 brd ff:ff:ff:ff:ff:ff',
    'version 1.2.3.4.5, 300.1.1.1 and 1.2.3',
    'std::string and std::move',
  ])('%s', (text) => {
    expect(createAnonymiser()(text)).toBe(text)
  })
})
