/** What a service has lost of what it may lose. */
export interface BudgetUse {
  /** A target or a group. */
  readonly subject: string
  /** As written: `down 20% of 10s`. */
  readonly text: string
  readonly unit: 'ratio' | 'count'
  readonly allowed: number
  /** In the worst stretch; null when no sample tells. */
  readonly used: number | null
  readonly met: boolean | null
  /** In words. */
  readonly actual: string
}

export interface BudgetEvent extends BudgetUse {
  readonly type: 'budget'
}
