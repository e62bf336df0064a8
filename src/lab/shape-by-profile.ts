/** A link of a lab with the figures of a link profile. Pure. */
import {type LinkProfile, profileWay} from '../core/link-profile.ts'
import type {LabLink, LinkShape} from './lab.ts'

/** The first node is the user's end: it sends at the uplink's rate. What the link itself says counts. */
export function shapeByProfile(link: LabLink, profile: LinkProfile): LabLink {
  const {delay, jitter, distribution, loss, duplicate, keepOrder} = profileWay(profile)
  const own = link.shape ?? {}
  const {up, down} = profile
  const shape: LinkShape = {
    ...(delay > 0 && {delay}),
    ...(jitter > 0 && {jitter, distribution}),
    ...(loss && {loss}),
    ...(duplicate > 0 && {duplicate}),
    ...(!keepOrder && {keepOrder}),
    ...(own.rate === undefined && up !== null && {rate: up}),
    ...(own.rate === undefined && up !== down && {back: down}),
    ...own,
  }
  return {...link, shape}
}
