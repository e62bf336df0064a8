/** The filters below a qdisc or class, as the lines that make them again. Pure. */
import {NotRebuildable, keep, plainWords, valueOf} from './shown-words.ts'

interface ShownFilter {
  readonly protocol: string
  readonly pref: string
  readonly kind: string
  readonly chain: string
  /** Of the line that begins with `filter`, behind the chain. */
  readonly words: readonly string[]
  readonly body: readonly (readonly string[])[]
}

/** Throws `NotRebuildable`. u32 numbers its tables in the order in which they are made. */
export function filterLines(device: string, parent: string, text: string): readonly string[] {
  const filters = parseFilters(text).flatMap((filter) => {
    const words = filterWords(filter)
    return words === null ? [] : [{words, filter, number: tableNumber(filter)}]
  })
  return filters
    .toSorted((a, b) => a.number - b.number)
    .map(({words, filter: {protocol, pref, chain}}) =>
      [
        `filter add dev ${device} parent ${parent} protocol ${protocol} pref ${pref}`,
        ...(chain === '0' ? [] : ['chain', chain]),
        ...words,
      ].join(' '),
    )
}

function tableNumber({kind, words}: ShownFilter): number {
  return kind === 'u32' ? Number.parseInt(valueOf(words, 'fh') ?? '0', 16) : 0
}

function parseFilters(text: string): readonly ShownFilter[] {
  const blocks: string[][] = []
  for (const line of text.split('\n').filter((one) => one.trim() !== '')) {
    if (line.startsWith('filter ')) blocks.push([line])
    else blocks.at(-1)?.push(line)
  }
  return blocks.map(([head = '', ...body]) => {
    const words = plainWords(head)
    const at = words.indexOf('pref')
    return {
      protocol: valueOf(words, 'protocol') ?? '',
      pref: words[at + 1] ?? '',
      kind: words[at + 2] ?? '',
      chain: valueOf(words, 'chain') ?? '0',
      words: words.slice(words.indexOf('chain') + 2),
      body: body.map(plainWords),
    }
  })
}

/** Null for what comes along with another filter. */
function filterWords(filter: ShownFilter): readonly string[] | null {
  const {kind, words, body, pref} = filter
  if (words.length === 0) return null
  if (body.flat().includes('action') || words.includes('police'))
    throw new NotRebuildable(`the filter of pref ${pref} (${kind}) with an action`)
  switch (kind) {
    case 'u32':
      return u32Words(filter)
    case 'fw':
      return ['handle', valueOf(words, 'handle') ?? '', 'fw', ...keep(words, ['classid'])]
    case 'flower':
    case 'matchall': {
      const keys = body.filter(([key = '']) => !['eth_type', 'not_in_hw', 'in_hw'].includes(key)).flat()
      const target = valueOf(words, 'classid') ?? valueOf(words, 'flowid')
      const to = target === null ? [] : ['classid', target]
      return ['handle', valueOf(words, 'handle') ?? '', kind, ...keys, ...to]
    }
    default:
      throw new NotRebuildable(`the filter of pref ${pref}, which is of kind ${kind}`)
  }
}

function u32Words({words, body, pref}: ShownFilter): readonly string[] | null {
  if (words.includes('divisor')) {
    if (valueOf(words, 'divisor') === '1') return null
    throw new NotRebuildable(`the hash table of the filter of pref ${pref} (u32)`)
  }
  if (words.includes('link')) throw new NotRebuildable(`the linked hash table of the filter of pref ${pref}`)
  const matches = body.flatMap(([word, value = '', ...rest]) => {
    const [bits = '', mask = ''] = value.split('/')
    if (word !== 'match') throw new NotRebuildable(`"${[word, value, ...rest].join(' ')}" of a u32 filter`)
    return ['match', 'u32', `0x${bits}`, `0x${mask}`, ...rest]
  })
  const target = valueOf(words, '*flowid') ?? valueOf(words, 'flowid')
  return [
    ...['handle', valueOf(words, 'fh') ?? '', 'u32', ...matches],
    ...(target === null ? [] : ['flowid', target]),
  ]
}
