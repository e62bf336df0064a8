/** What `netdrill init` writes: valid as it is, and passing on any machine with a loopback interface. */
export const STARTER = `# What this network promises. Check it:        netdrill check
#                             In your editor:  netdrill schema > netdrill.schema.json
# yaml-language-server: $schema=netdrill.schema.json
version: 1

# What a target says itself goes before this.
defaults:
  timeout: 3s # for one sample; durations need a unit
  # policy: low-latency # retry what failed; netdrill policy list shows all

targets:
  # The short form is a URL: ping:// dns:// tcp:// tls:// …
  loopback: ping://127.0.0.1

  # The long form says what to expect. Each condition is FIELD OPERATOR VALUE, and all must hold.
  # Without a condition about ok, code, stage, category or loss, every sample has to succeed.
  nothing-listens:
    url: tcp://127.0.0.1:1
    expect: closed # or filtered, nxdomain, tls_rejected
    tags: [security]

  # web:
  #   url: tls://www.example.org:443
  #   count: 5 # samples; by default one
  #   interval: 200ms
  #   tags: [edge]
  #   expect:
  #     - tls.days_left > 21
  #     - rtt.p95 < 150ms
  #     - loss <= 1%
  #     - any: # one of these is enough
  #         - tls.version == TLSv1.3
  #         - tls.group == X25519

  # resolver:
  #   url: dns://10.0.0.53/www.example.org?type=A
  #   expect: ["dns.answers has 192.0.2.10", "dns.ttl >= 60s"]

  # database:
  #   url: tcp://\${DB_HOST}:5432 # from the environment; kept out of all outputs
  #   policy: patient

# groups: # enough of several targets
#   web-servers: { mode: quorum, members: [web-1, web-2, web-3], min_healthy: 2 }

# alerts: # monitor evaluates them; netdrill policy export-alerts writes them for Prometheus
#   - { preset: connections }
#   - { name: Slow, condition: avg_over_time(netdrill_consecutive_failures[5m]) > 0.5, severity: warning, for: 1m }

# notify: # whom monitor tells, once per incident
#   ops: { webhook: "\${OPS_WEBHOOK}", on: [alerts, groups], severity: [critical] }

# policies:
#   patient:
#     extends: low-latency
#     timeout: 2s
#     retry:
#       immediate: { attempts: 3, interval: 500ms }
`
