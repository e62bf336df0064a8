/** Paths over which no stream can be carried, said before anything is sent. */
import type {Position, Problem} from '../core/errors.ts'
import type {ProbeKind} from '../core/target.ts'

/** A connection that both ends may write to at any time. */
const CARRIES: ReadonlySet<ProbeKind> = new Set(['tcp', 'tls'])

/** `at` is where the path names its target. A target that isn't there is somebody else's problem. */
export function streamProblems(
  targets: Readonly<Record<string, {readonly kind: ProbeKind}>>,
  paths: readonly {readonly target: string}[],
  at: (index: number) => Position,
): readonly Problem[] {
  return paths.flatMap(({target}, index): readonly Problem[] => {
    const kind = targets[target]?.kind
    if (kind === undefined || CARRIES.has(kind)) return []
    const message = `"${target}" is a ${kind} target: a stream is carried over tcp and tls targets`
    return [{code: 'CONFIG_INVALID', message, position: at(index)}]
  })
}
