/** Rules that come with netdrill, in the words of a document. */
export interface PresetRule {
  readonly name: string
  readonly condition: string
  readonly severity: string
  readonly for?: string
  readonly summary: string
}

export const ALERT_PRESET_NAMES = ['tunnel-client', 'connections', 'relay-fallback'] as const
export type AlertPresetName = (typeof ALERT_PRESET_NAMES)[number]

export const ALERT_PRESETS: Readonly<Record<AlertPresetName, readonly PresetRule[]>> = {
  /** The two rules that operators of tunnel clients use, with their figures: `policy lint` says that the first can't fire. */
  'tunnel-client': [
    {
      name: 'ConnectionFailures',
      condition: 'rate(sssonector_connection_failures_total[5m]) > 0.1',
      severity: 'warning',
      summary: '{{ $labels.target }} fails {{ $value | humanize }} times a second with {{ $labels.code }}',
    },
    {
      name: 'PersistentConnectionFailure',
      condition: 'time_since_last_success > 300',
      severity: 'critical',
      summary: '{{ $labels.target }} was last reached {{ $value | humanizeDuration }} ago',
    },
  ],
  /** Rules that every ladder can reach: shares of attempts in place of rates. */
  connections: [
    {
      name: 'TargetDown',
      condition: 'max by (target) (netdrill_connection_state{state=~"reconnecting|exhausted|failed"}) == 1',
      severity: 'critical',
      for: '30s',
      summary: '{{ $labels.target }} is down',
    },
    {
      name: 'FailingAttempts',
      condition:
        'sum by (target) (increase(netdrill_connection_failures_total[5m])) / ' +
        'sum by (target) (increase(netdrill_connection_attempts_total[5m])) > 0.5',
      severity: 'warning',
      for: '1m',
      summary: '{{ $value | humanizePercentage }} of the attempts to connect to {{ $labels.target }} fail',
    },
    {
      name: 'GaveUp',
      condition: 'max by (target) (netdrill_connection_state{state=~"exhausted|failed"}) == 1',
      severity: 'critical',
      summary: '{{ $labels.target }} is no longer retried',
    },
  ],
  /** A path that is left again and again is attacked or broken, even if each outage is short. */
  'relay-fallback': [
    {
      name: 'RepeatedFallback',
      condition: 'increase(netdrill_fallback_total[10m]) >= 3',
      severity: 'warning',
      summary: '{{ $labels.group }} left its preferred path {{ $value | humanize }} times in ten minutes',
    },
    {
      name: 'AllPathsDown',
      condition: 'netdrill_group_state{state="reconnecting"} == 1',
      severity: 'critical',
      summary: '{{ $labels.group }} has no path left',
    },
  ],
}
