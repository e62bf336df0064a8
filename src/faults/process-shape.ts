/** How a document names one process: the keys of every fault that hits one. */
import * as z from 'zod'
import {UserError} from '../core/errors.ts'
import type {ProcessName} from './find-process.ts'

export const processShape = {
  process: z.int().min(2).optional().describe('its process id'),
  pidfile: z.string().min(1).optional().describe('the file that holds its process id'),
  match: z.string().min(3).optional().describe('a part of its command line that no other process has'),
}

/** As a kind's spec has it. */
export interface NamedProcess {
  readonly process?: number | undefined
  readonly pidfile?: string | undefined
  readonly match?: string | undefined
}

/** Null when none is named; throws USAGE_INVALID for more than one name. */
export function nameOf({process: pid, pidfile, match}: NamedProcess): ProcessName | null {
  const named = [pid, pidfile, match].filter((one) => one !== undefined)
  if (named.length > 1) throw whichProcess()
  return named.length === 0 ? null : {pid, pidfile, match}
}

export function whichProcess(other = ''): UserError {
  return new UserError({
    code: 'USAGE_INVALID',
    message: `say which process: one of process, pidfile and match${other}`,
  })
}
