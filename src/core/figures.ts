/** A number of the verdict with its unit and its uncertainty. */
export interface Figure {
  /** The field name used in conditions, such as `api.downtime`. */
  readonly name: string
  readonly value: number | null
  readonly unit: 'ms' | 'ratio' | 'count'
  /** The true value lies in here; equal to the value when it is exact. */
  readonly low: number | null
  readonly high: number | null
  readonly note?: string
}
