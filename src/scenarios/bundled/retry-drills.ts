/** The drills on the retries of many. */
import {type BundledDrills, LAB} from './bundled-drill.ts'

export const RETRY_DRILLS = {
  'retry-profiles': {
    file: 'retry-profiles.yaml',
    topic: 'retry',
    summary: 'three profiles of a peer-to-peer network through one outage',
    needs: LAB,
  },
  'retry-quorum': {
    file: 'retry-quorum.yaml',
    topic: 'retry',
    summary: 'four bootstrap nodes die one after the other: well, degraded, lost, and well again',
    needs: LAB,
  },
  'retry-breaker': {
    file: 'retry-breaker.yaml',
    topic: 'retry',
    summary: 'a circuit breaker asks a dead server far less than plain retries, and is back soon',
    needs: LAB,
  },
  'retry-rate-limit': {
    file: 'retry-rate-limit.yaml',
    topic: 'retry',
    summary: 'three clients of one host share its rate of attempts',
    needs: LAB,
  },
  'retry-reset-on-success': {
    file: 'retry-reset-on-success.yaml',
    topic: 'retry',
    summary: 'a server comes and goes: who gets attempts back goes on, who counts for life gives up',
    needs: LAB,
  },
  'retry-adaptive-backoff': {
    file: 'retry-adaptive-backoff.yaml',
    topic: 'retry',
    summary: 'timeouts learnt from answers: short for a near server, patient with a far one',
    needs: [],
  },
  'retry-priority': {
    file: 'retry-priority.yaml',
    topic: 'retry',
    summary: 'four clients queue for one host: the critical one first, the others in their turn',
    needs: LAB,
  },
  'retry-thundering-herd': {
    file: 'retry-thundering-herd.yaml',
    topic: 'retry',
    summary: 'two herds of 200 clients lose their server: how they come back without jitter, and with it',
    needs: LAB,
  },
  'retry-silent-server': {
    file: 'retry-silent-server.yaml',
    topic: 'retry',
    summary: 'a server accepts and says nothing: each attempt ends on time',
    needs: [],
  },
} as const satisfies BundledDrills
