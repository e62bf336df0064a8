/** Of a fault that no timeout of the kernel's ends. */
export const ENDED_BY_GUARD =
  'not the kernel but the guard ends it; should both be killed, netdrill fault recover does'
