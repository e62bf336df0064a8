/** What is told of a connection that still works. */
export type HealthEvent = {
  readonly type: 'early-warning'
  readonly target: string
  /** False: what was warned of is over, or it has come. */
  readonly active: boolean
  readonly because: string
}
