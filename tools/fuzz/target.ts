/** What is fuzzed: something that takes any octets and must come back, without an exception of another kind than its own. */
export interface FuzzTarget {
  /** Sound inputs to begin with. */
  readonly corpus: () => readonly Uint8Array[]
  /** Throws, or rejects, when it finds something that must not be. */
  readonly run: (input: Uint8Array) => void | Promise<void>
  /** Ends what the runs have opened. */
  readonly close?: () => Promise<void>
}
