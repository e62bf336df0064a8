import {systemFiles} from '../system/files.ts'
import {systemHost} from '../system/host.ts'
import type {PolicyPorts} from './policies.ts'

/** The two doors that policies need, without opening all the others. */
export function policyPorts(): PolicyPorts {
  return {files: systemFiles, host: systemHost()}
}
