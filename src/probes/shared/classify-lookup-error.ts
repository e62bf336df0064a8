/** What an error of the system resolver means. */
import {type FailureCode, makeFailure} from '../../core/codes/index.ts'
import type {Failure} from '../../core/failure.ts'
import type {Family} from '../../core/outcome.ts'
import type {NetError} from '../../core/ports.ts'

/** getaddrinfo folds SERVFAIL, REFUSED, silence and a closed port into one code, so these stay `DNS_SYSTEM`. */
const MEANINGS: Readonly<Record<string, readonly [FailureCode, string]>> = {
  EAI_NONAME: ['DNS_NXDOMAIN', 'does not exist, says the system resolver'],
  ENOTFOUND: ['DNS_NXDOMAIN', 'does not exist, says the system resolver'],
  EAI_NODATA: ['DNS_NODATA', 'has no address'],
  ENODATA: ['DNS_NODATA', 'has no address'],
  EAI_ADDRFAMILY: ['DNS_NODATA', 'has no address'],
  EAI_AGAIN: ['DNS_SYSTEM', 'could not be resolved: the system resolver failed for now'],
  EAI_FAIL: ['DNS_SYSTEM', 'could not be resolved: the system resolver failed'],
  EAI_SYSTEM: ['DNS_SYSTEM', 'could not be resolved: the system resolver failed'],
  EAI_MEMORY: ['LOCAL_MEMORY', 'could not be resolved: no memory'],
  ENOMEM: ['LOCAL_MEMORY', 'could not be resolved: no memory'],
  EMFILE: ['LOCAL_FILES_EXHAUSTED', 'could not be resolved: too many open files'],
  ENFILE: ['LOCAL_FILES_EXHAUSTED', 'could not be resolved: too many open files'],
  EINVAL: ['DNS_BAD_NAME', 'is not a valid name'],
  EBADNAME: ['DNS_BAD_NAME', 'is not a valid name'],
  ERR_INVALID_ARG_VALUE: ['DNS_BAD_NAME', 'is not a valid name'],
  ABORT_ERR: ['CANCELLED', 'was being resolved when the measurement was cancelled'],
}

/** Explains why `name` has no addresses; the family asked for is part of the message. */
export function classifyLookupError(error: NetError, name: string, family: Family | 0): Failure {
  const [code, say] = MEANINGS[error.code] ?? ['DNS_SYSTEM', `could not be resolved: ${error.message}`]
  const asked = code === 'DNS_NODATA' && family !== 0 ? ` of family IPv${family}` : ''
  return makeFailure(code, `${name} ${say}${asked}`, {cause: error.code, stage: 'resolve'})
}
