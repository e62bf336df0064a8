/** Every rule of a diagnosis, in the order of the layers. A new rule adds one line here and its name in rule.ts. */
import type {Rule} from '../rule.ts'
import {clock, tls} from './certificate.ts'
import {mtu} from './mtu.ts'
import {hosts, name, resolver} from './names.ts'
import {address, gateway, link, route} from './own-network.ts'
import {host, partial, tcp} from './path.ts'
import {http, portal, service, slow, swap} from './service.ts'

export const RULES: readonly Rule[] = [
  link,
  address,
  route,
  gateway,
  resolver,
  name,
  hosts,
  partial,
  host,
  mtu,
  tcp,
  clock,
  tls,
  portal,
  swap,
  http,
  service,
  slow,
]
