/** Several faults on one proxy become one impairment; when one of them ends, the others stay. */
import type {ProxyControl, ProxyImpairment} from '../core/agent.ts'

export interface ProxyBoard {
  set(control: ProxyControl, fault: string, impairment: ProxyImpairment): Promise<void>
  clear(control: ProxyControl, fault: string): Promise<void>
}

export function openProxyBoard(): ProxyBoard {
  const boards = new Map<ProxyControl, Map<string, ProxyImpairment>>()
  const push = async (control: ProxyControl, board: ReadonlyMap<string, ProxyImpairment>): Promise<void> =>
    control.impair(mergeImpairments([...board.values()]))
  return {
    set: async (control, fault, impairment) => {
      const board = boards.get(control) ?? new Map<string, ProxyImpairment>()
      boards.set(control, board)
      board.set(fault, impairment)
      await push(control, board)
    },
    clear: async (control, fault) => {
      const board = boards.get(control)
      if (!board?.delete(fault)) return
      await push(control, board)
    },
  }
}

/** Delays and their jitter add, the lowest rate wins, and what any of them forbids is forbidden. */
function mergeImpairments(all: readonly ProxyImpairment[]): ProxyImpairment {
  const sum = (key: 'latency' | 'jitter'): number => all.reduce((total, one) => total + (one[key] ?? 0), 0)
  const rates = all.flatMap((one) => one.bandwidth ?? [])
  const any = (key: 'refuse' | 'reset' | 'blackhole'): boolean => all.some((one) => one[key] === true)
  const latency = sum('latency')
  const jitter = sum('jitter')
  return {
    ...(latency > 0 ? {latency} : {}),
    ...(jitter > 0 ? {jitter} : {}),
    ...(rates.length > 0 ? {bandwidth: Math.min(...rates)} : {}),
    ...(any('refuse') ? {refuse: true} : {}),
    ...(any('reset') ? {reset: true} : {}),
    ...(any('blackhole') ? {blackhole: true} : {}),
  }
}
