/** The faults in force on each proxy: when one of them ends, the others stay. */
import type {ProxyControl} from '../core/agent.ts'
import type {ProxyFaultOrder} from '../core/proxy-effects.ts'

export interface ProxyBoard {
  set(control: ProxyControl, order: ProxyFaultOrder): Promise<void>
  clear(control: ProxyControl, fault: string): Promise<void>
}

/** Effects of several faults act one after the other on what passes: delays add, and the lowest rate decides. */
export function openProxyBoard(): ProxyBoard {
  const boards = new Map<string, Map<string, ProxyFaultOrder>>()
  const boardOf = ({name}: ProxyControl): Map<string, ProxyFaultOrder> => {
    const board = boards.get(name) ?? new Map<string, ProxyFaultOrder>()
    boards.set(name, board)
    return board
  }
  return {
    set: async (control, order) => {
      const board = boardOf(control)
      board.set(order.fault, order)
      await control.impair([...board.values()])
    },
    clear: async (control, fault) => {
      const board = boardOf(control)
      if (!board.delete(fault)) return
      await control.impair([...board.values()])
    },
  }
}
