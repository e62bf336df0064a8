/** The drills on networks that change. */
import {type BundledDrills, LAB} from './bundled-drill.ts'

export const MOBILITY_DRILLS = {
  'network-change-silence': {
    file: 'network-change-silence.yaml',
    topic: 'mobility',
    summary: 'a peer falls silent: noticed in time, and back by a restart with new credentials',
    needs: LAB,
  },
  'network-change-forged-packets': {
    file: 'network-change-forged-packets.yaml',
    topic: 'mobility',
    summary: 'forged packets disturb no peer, and keep no dead one alive',
    needs: LAB,
  },
  'network-change-nat-rebinding': {
    file: 'network-change-nat-rebinding.yaml',
    topic: 'mobility',
    summary: 'a NAT gives a peer another port: it is learnt anew, and nothing restarts',
    needs: [...LAB, 'conntrack'],
  },
  'network-change-restart-budget': {
    file: 'network-change-restart-budget.yaml',
    topic: 'mobility',
    summary: 'restarts that helped are given back for the next incident',
    needs: LAB,
  },
  'network-change-send-errors': {
    file: 'network-change-send-errors.yaml',
    topic: 'mobility',
    summary: 'sending itself fails: a peer counts and tells that, and ends nothing',
    needs: LAB,
  },
  'network-change-new-address': {
    file: 'network-change-new-address.yaml',
    topic: 'mobility',
    summary: 'an address is added: it becomes a candidate, and is used where it is preferred',
    needs: LAB,
  },
  'network-change-one-of-many': {
    file: 'network-change-one-of-many.yaml',
    topic: 'mobility',
    summary: 'one peer of a hundred goes bad for good: the others do not notice',
    needs: LAB,
  },
  'network-change-both-restart': {
    file: 'network-change-both-restart.yaml',
    topic: 'mobility',
    summary: 'both sides restart at once: the tie-breaker lets exactly one of them win',
    needs: LAB,
  },
  'mobility-address-change': {
    file: 'mobility-address-change.yaml',
    topic: 'mobility',
    summary: "the client's address is taken away: another path carries on until it is back",
    needs: LAB,
  },
  'webrtc-short-blackout': {
    file: 'webrtc-short-blackout.yaml',
    topic: 'mobility',
    summary: 'a WebRTC call sits out a blackout of one second, without a restart of ICE',
    needs: [...LAB, 'webrtc'],
  },
  'webrtc-restart-budget': {
    file: 'webrtc-restart-budget.yaml',
    topic: 'mobility',
    summary: 'the only link of a WebRTC call is cut: two restarts of ICE in vain, and no more',
    needs: [...LAB, 'webrtc'],
  },
  'webrtc-ice-restart': {
    file: 'webrtc-ice-restart.yaml',
    topic: 'mobility',
    summary:
      'the link under two WebRTC calls is cut: one restarts ICE and moves to the other link, one does not',
    needs: [...LAB, 'webrtc'],
  },
} as const satisfies BundledDrills
