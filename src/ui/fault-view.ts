/** One fault as the terminal shows it: what was planned, what became of it, and its proof. */
import type {AddedFault, FaultEvent, Proof} from '../core/fault-events.ts'
import {show} from '../core/show.ts'
import type {Millis} from '../core/units.ts'

export interface FaultView {
  readonly id: string
  readonly name: string
  readonly summary: string
  readonly backend: string
  readonly status: 'planned' | 'in-force' | 'removed' | 'failed'
  /** The planned window, then the real one, on the run's clock. */
  readonly from: Millis
  readonly until: Millis
  readonly because: string
  /** Null until it is removed. */
  readonly restored: boolean | null
  readonly proofs: readonly Proof[]
}

export function newFaultView(fault: AddedFault): FaultView {
  return {
    id: fault.id,
    name: show(fault.name),
    summary: show(fault.summary),
    backend: show(fault.backend),
    status: 'planned',
    from: fault.at,
    until: fault.until,
    because: '',
    restored: null,
    proofs: [],
  }
}

/** Stands in for a fault that sent events before it was announced. */
export function unknownFaultView(id: string, at: Millis): FaultView {
  return newFaultView({id, name: id, kind: '', summary: '', backend: '', at, until: at})
}

/** Takes an event about this fault in. */
export function foldFault(view: FaultView, event: FaultEvent & {readonly at: Millis}): FaultView {
  switch (event.type) {
    case 'fault-applied':
      return {...view, status: 'in-force', from: event.at, until: Math.max(event.at, event.until)}
    case 'fault-measured':
      return {...view, proofs: event.proofs.map(showProof)}
    case 'fault-removed': {
      const from = Math.min(view.from, event.at)
      return {
        ...view,
        status: 'removed',
        from,
        until: event.at,
        because: event.because,
        restored: event.restored,
      }
    }
    case 'fault-failed':
      return {...view, status: 'failed', because: show(event.because)}
  }
}

function showProof(proof: Proof): Proof {
  return {...proof, what: show(proof.what), asked: show(proof.asked), measured: show(proof.measured)}
}
