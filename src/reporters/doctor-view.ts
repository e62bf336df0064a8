/** What `doctor` shows. Names in the JSON output are a contract. */
import type {CapabilityReport} from '../core/capabilities.ts'

/** Whether one feature works on this machine, and how. */
export interface FeatureView {
  readonly name: string
  readonly works: boolean
  /** How it is done here, or what is missing. */
  readonly how: string
}

export interface DoctorView {
  readonly platform: string
  readonly capabilities: readonly CapabilityReport[]
  readonly faults: readonly FeatureView[]
  readonly labs: readonly FeatureView[]
  readonly drills: readonly FeatureView[]
}
