import {describe, expect, it} from 'vitest'
import {parseTrace} from '../../../../src/scenarios/timeline/trace-file.ts'

describe('a Mahimahi trace', () => {
  it('is a rate for each half second: packets of 1500 bytes that could leave in it', () => {
    const times = [...Array.from({length: 500}, (_, at) => at), 1000, 1100]
    expect(parseTrace('verizon.down', times.join('\n'))).toEqual({
      ok: true,
      states: [
        {lasts: 500, changes: {rate: '12000000bit'}},
        {lasts: 500, changes: {rate: '1000bit'}},
        {lasts: 500, changes: {rate: '48000bit'}},
      ],
    })
  })

  it.each([
    {text: '1\nx', line: 2, message: /"x" is not a time/},
    {text: '5\n4', line: 2, message: /ascend/},
    {text: '\n', line: 1, message: /no packet/},
  ])('shows the line of what is wrong with $text', ({text, line, message}) => {
    expect(parseTrace('a.up', text)).toMatchObject({
      ok: false,
      mistake: {line, message: expect.stringMatching(message)},
    })
  })
})

describe('a CSV trace', () => {
  it('takes units from the cells or from the headings, and leaves out what is empty', () => {
    const text = '# a train\ntime_s,delay,loss_percent,rate\n0,50ms,0,\n2,80ms,1.5,3mbit\n5,50ms,,3mbit\n'
    expect(parseTrace('train.csv', text)).toEqual({
      ok: true,
      states: [
        {lasts: 2000, changes: {delay: '50ms', loss: '0%'}},
        {lasts: 3000, changes: {delay: '80ms', loss: '1.5%', rate: '3mbit'}},
        {lasts: 3000, changes: {delay: '50ms', rate: '3mbit'}},
      ],
    })
  })

  it.each([
    {text: '', line: 1, message: /empty/},
    {text: 'time,latency\n', line: 1, message: /"latency" is no column/},
    {text: 'delay\n1ms', line: 1, message: /time is missing/},
    {text: 'time,delay\n0s,1ms\n1,2ms', line: 3, message: /unit/},
    {text: 'time,delay\n0s,1ms\n0s,2ms', line: 3, message: /ascend/},
    {text: 'time,delay\n0s,1ms,3', line: 2, message: /3 cells under 2/},
    {text: 'time,delay\n0s,1ms', line: 1, message: /two rows/},
  ])('shows the line of what is wrong with $text', ({text, line, message}) => {
    expect(parseTrace('a.csv', text)).toMatchObject({
      ok: false,
      mistake: {line, message: expect.stringMatching(message)},
    })
  })
})
