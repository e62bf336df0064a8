/** What the lab commands show; plain data, made by `app`. Names in the JSON output are a contract. */

export interface LabNodeView {
  readonly name: string
  /** Of the process that holds its namespace; null on loopback. */
  readonly pid: number | null
  readonly addresses: readonly {readonly address: string; readonly link: string}[]
}

export interface LabServerView {
  readonly name: string
  readonly kind: string
  readonly node: string
  readonly address: string
  readonly port: number
}

export interface LabView {
  readonly name: string
  /** The document it was built from. */
  readonly file: string
  /** The process that keeps it. */
  readonly pid: number
  readonly isolation: 'namespaces' | 'loopback'
  readonly notes: readonly string[]
  readonly nodes: readonly LabNodeView[]
  readonly servers: readonly LabServerView[]
  /** Wall time, ISO 8601. */
  readonly since: string
  /** When it goes by itself; null for never. */
  readonly until: string | null
}
