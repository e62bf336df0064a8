import {systemFiles} from '../system/files.ts'
import {systemHost} from '../system/host.ts'
import type {SimulationPorts} from './policy-simulate.ts'

/** The two doors that policies need, without opening all the others. */
export function policyPorts(): SimulationPorts {
  return {files: systemFiles, host: systemHost()}
}
