/** How dependency-cruiser reads this code; used by its configuration file and by the test of the rules. */
import type {ICruiseOptions, IResolveOptions} from 'dependency-cruiser'

/** Without these, packages that have "exports" stay unresolved and no rule on them can match. */
export const RESOLVE_OPTIONS: Partial<IResolveOptions> = {
  exportsFields: ['exports'],
  conditionNames: ['import', 'node', 'default', 'types'],
}

export const CRUISE_OPTIONS: ICruiseOptions = {
  doNotFollow: {path: 'node_modules'},
  tsPreCompilationDeps: true,
}
