/** Documents with alerts for tests, read as a watch reads them. */
import * as z from 'zod'
import {loadDocument} from '../../src/config/load.ts'
import {type AlertPlan} from '../../src/policies/alerts/rule.ts'
import {readAlerts} from '../../src/policies/alerts/read-alerts.ts'
import {alertsSchema} from '../../src/policies/alerts/schema.ts'
import {METRICS} from '../../src/reporters/metrics/definitions.ts'

const schema = z.looseObject({alerts: alertsSchema})

/** `text` is a document that has an `alerts` section. */
export async function readAlertText(text: string, targets: readonly string[] = ['api']): Promise<AlertPlan> {
  const {value, positionOf} = loadDocument({file: 'net.yaml', text, schema})
  return readAlerts([{alerts: value.alerts, positionOf}], {metrics: METRICS, targets})
}
