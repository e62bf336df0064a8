/** Configuration of dependency-cruiser. The rules and their reasons: tools/check/layer-rules.ts. */
import {CRUISE_OPTIONS, RESOLVE_OPTIONS} from './tools/check/cruise-options.ts'
import {LAYER_RULES, forbiddenBy} from './tools/check/layer-rules.ts'

export default {
  forbidden: LAYER_RULES.map(forbiddenBy),
  options: {
    ...CRUISE_OPTIONS,
    tsConfig: {fileName: 'tsconfig.json'},
    enhancedResolveOptions: RESOLVE_OPTIONS,
  },
}
