/** Every rule of a diagnosis, in the order of the layers. A new rule adds one line here and its name in rule.ts. */
import type {Rule} from '../rule.ts'
import {name, resolver} from './names.ts'
import {address, gateway, link, route} from './own-network.ts'
import {host, mtu, partial, tcp} from './path.ts'
import {clock, http, portal, service, slow, swap, tls} from './service.ts'

export const RULES: readonly Rule[] = [
  link,
  address,
  route,
  gateway,
  resolver,
  name,
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
