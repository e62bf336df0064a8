import {describe, expect, it} from 'vitest'
import {filterParents, planRebuild} from '../../../src/faults/backends/rebuild-root.ts'
import {NotRebuildable} from '../../../src/faults/backends/shown-words.ts'

const HTB =
  'qdisc htb 1:[00010000] root refcnt 2 r2q 10 default 0x10 direct_packets_stat 7 ver 3.17 direct_qlen 1000'
const CLASS =
  'class htb 1:10 root prio 3 quantum 200000 rate 500Mbit ceil 1Gbit linklayer ethernet burst 1500b/1 mpu 0b cburst 1375b/1 mpu 0b level 0 buffer [00000177] cbuffer [000000ac]'

function rebuild(qdiscs: string, more: {classes?: string; filters?: string} = {}): readonly string[] {
  const filters = more.filters === undefined ? [] : [{parent: '1:', text: more.filters}]
  return planRebuild('eth0', {qdiscs, classes: more.classes ?? '', filters})
}

describe('a root qdisc as lines that make it again', () => {
  it('has its classes below it, and bursts that become the very ticks the kernel holds', () => {
    expect(rebuild(HTB, {classes: CLASS})).toEqual([
      'qdisc add dev eth0 root handle 1: htb r2q 10 default 0x10 direct_qlen 1000',
      'class add dev eth0 parent 1: classid 1:10 htb prio 3 quantum 200000 rate 500000000bit ceil 1000000000bit burst 1500b cburst 1500b',
    ])
  })

  it('has a class after the one that it is in, and a qdisc after the class that it hangs below', () => {
    const inner = CLASS.replace('1:10 root', '1:20 parent 1:10').replace(' prio 3 quantum 200000', '')
    const leaf = 'qdisc pfifo 20:[00200000] parent 1:20 limit 100p'
    const lines = rebuild(`${leaf}\n${HTB}`, {classes: `${inner}\n${CLASS}`})
    expect(lines.map((line) => / (root|parent \S+) /.exec(line)?.[1])).toEqual([
      'root',
      'parent 1:',
      'parent 1:10',
      'parent 1:20',
    ])
  })

  it.each([
    [
      'prio 1: root refcnt 2 bands 4 priomap 1 2 2 2 1 2 0 0 1 1 1 1 1 1 1 1',
      'prio bands 4 priomap 1 2 2 2 1 2 0 0 1 1 1 1 1 1 1 1',
    ],
    [
      'fq_codel 1: root refcnt 2 limit 10240p flows 1024 quantum 1514 target 5ms interval 100ms memory_limit 32Mb ecn drop_batch 64',
      'fq_codel limit 10240 flows 1024 quantum 1514 target 5ms interval 100ms memory_limit 32Mb ecn drop_batch 64',
    ],
    [
      'sfq 1: root refcnt 2 limit 127p quantum 1514b depth 127 flows 128/1024 divisor 1024',
      'sfq limit 127 quantum 1514b depth 127 flows 128 divisor 1024',
    ],
    ['pfifo_fast 1: root refcnt 2 bands 3 priomap 1 2 2 2 1 2 0 0 1 1 1 1 1 1 1 1', 'pfifo_fast'],
    [
      'tbf 1:[00010000] root refcnt 2 rate 1300Kbit burst 10Kb/1 mpu 0b [000f0627] lat 70ms limit 21615b linklayer ethernet',
      'tbf rate 1300000bit burst 10240b limit 21615b',
    ],
  ])('takes %s', (shown, words) => {
    expect(rebuild(`qdisc ${shown}`)).toEqual([`qdisc add dev eth0 root handle 1: ${words}`])
  })

  it('has the filters of u32 in the order of their tables, and each under its own number', () => {
    const filters = [
      'filter protocol ip pref 5 u32 chain 0',
      'filter protocol ip pref 5 u32 chain 0 fh 801:[80100000] ht divisor 1',
      'filter protocol ip pref 5 u32 chain 0 fh 801::801[80100801] order 2049 key ht 801 bkt 0 *flowid 1:20 not_in_hw',
      '  match c0000201/ffffffff at 16',
      '  match 00000050/0000ffff at nexthdr+0',
      'filter protocol ipv6 pref 6 u32 chain 0 fh 800::800[80000800] order 2048 key ht 800 bkt 0 *flowid 1:10 not_in_hw',
      '  match 20010db8/ffffffff at 24',
    ].join('\n')
    expect(rebuild('qdisc prio 1: root bands 3', {filters}).slice(1)).toEqual([
      'filter add dev eth0 parent 1: protocol ipv6 pref 6 handle 800::800 u32 match u32 0x20010db8 0xffffffff at 24 flowid 1:10',
      'filter add dev eth0 parent 1: protocol ip pref 5 handle 801::801 u32 match u32 0xc0000201 0xffffffff at 16 match u32 0x00000050 0x0000ffff at nexthdr+0 flowid 1:20',
    ])
  })

  it('has marks and flower matches', () => {
    const filters = [
      'filter protocol ip pref 1 fw chain 0',
      'filter protocol ip pref 1 fw chain 0 handle 0x1 classid 1:10',
      'filter protocol ip pref 2 flower chain 3',
      'filter protocol ip pref 2 flower chain 3 handle 0x1 classid 1:20',
      '  eth_type ipv4',
      '  ip_proto tcp',
      '  dst_ip 10.0.0.2',
      '  not_in_hw',
    ].join('\n')
    expect(rebuild('qdisc prio 1: root bands 3', {filters}).slice(1)).toEqual([
      'filter add dev eth0 parent 1: protocol ip pref 1 handle 0x1 fw classid 1:10',
      'filter add dev eth0 parent 1: protocol ip pref 2 chain 3 handle 0x1 flower ip_proto tcp dst_ip 10.0.0.2 classid 1:20',
    ])
  })

  it('leaves out what is led to ingress', () => {
    expect(rebuild('qdisc prio 1: root bands 3\nqdisc clsact ffff: parent ffff:fff1')).toHaveLength(1)
    expect(
      filterParents({
        qdiscs: 'qdisc prio 1: root bands 3\nqdisc ingress ffff: parent ffff:fff1',
        classes: '',
      }),
    ).toEqual(['1:'])
  })
})

describe('what can not be made again', () => {
  const filter = (words: string, body = ''): string => `filter protocol ip pref 5 ${words}\n${body}`

  it.each([
    [
      'a class of hfsc',
      {qdiscs: 'qdisc hfsc 1: root', classes: 'class hfsc 1:1 root sc m1 0bit'},
      'class 1:1 of hfsc',
    ],
    ['a program as filter', {filters: filter('bpf chain 0 handle 0x1')}, 'kind bpf'],
    [
      'an action',
      {
        filters: filter(
          'u32 chain 0 fh 800::800 order 2048',
          '  match 0/0 at 0\n  action order 1: gact drop',
        ),
      },
      'pref 5 (u32) with an action',
    ],
    ['a linked table', {filters: filter('u32 chain 0 fh 800::800 order 2048 link 2:')}, 'linked hash table'],
    ['an empty answer', {qdiscs: ''}, 'no root qdisc'],
  ])(
    'is named: %s',
    (
      _,
      {qdiscs = 'qdisc prio 1: root bands 3', ...more}: {qdiscs?: string; classes?: string; filters?: string},
      words,
    ) => {
      expect(() => rebuild(qdiscs, more)).toThrow(NotRebuildable)
      expect(() => rebuild(qdiscs, more)).toThrow(words)
    },
  )
})
