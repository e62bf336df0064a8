/** Whether new sockets of this process keep the ICMP errors about them (IP_RECVERR) from their start. */
let keeping = false

/**
 * Makes every later TCP and UDP socket of this process keep its ICMP errors, so that no attempt has to be repeated
 * for its reason. It costs the loading of koffi, so it is for processes that live longer than one sample. Without
 * koffi it changes nothing.
 */
export function keepErrors(): void {
  keeping = true
}

export function keepsErrors(): boolean {
  return keeping
}
