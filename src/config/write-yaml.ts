/** Plain data as YAML for other programs. */
import {stringify} from 'yaml'

/** Long texts stay in one line, so that an expression can be found again. */
export function writeYaml(data: unknown): string {
  return stringify(data, {lineWidth: 0})
}
