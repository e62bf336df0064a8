/** The drills on a direct path and a relay. */
import {type BundledDrills, LAB} from './bundled-drill.ts'

export const RELAY_DRILLS = {
  'relay-fallback': {
    file: 'relay-fallback.yaml',
    topic: 'relay',
    summary: 'the direct path goes silent: found within 1s, switched within 100ms, out for less than 2s',
    needs: LAB,
  },
  'relay-error-table': {
    file: 'relay-error-table.yaml',
    topic: 'relay',
    summary:
      'silence, reset, firewall and no route on the direct path: each has its code, each ends on the relay',
    needs: LAB,
  },
  'relay-forced-fallback': {
    file: 'relay-forced-fallback.yaml',
    topic: 'relay',
    summary: 'the direct path is blocked again and again: after a few switches the relay is kept',
    needs: LAB,
  },
  'relay-all-down': {
    file: 'relay-all-down.yaml',
    topic: 'relay',
    summary: 'direct path and relay fail together: told as such, and back with the first that returns',
    needs: LAB,
  },
  'relay-slow-direct': {
    file: 'relay-slow-direct.yaml',
    topic: 'relay',
    summary: 'the direct path gets slow without any loss: the relay is taken until it is fast again',
    needs: LAB,
  },
  'relay-cold': {
    file: 'relay-cold.yaml',
    topic: 'relay',
    summary: 'the direct path goes silent: what a relay costs that is warm, cold, or slow to connect to',
    needs: LAB,
  },
  'relay-return-stages': {
    file: 'relay-return-stages.yaml',
    topic: 'relay',
    summary:
      'the way back fails at each of its five stages: the stream stays where it works, and loses nothing',
    needs: LAB,
  },
  'relay-one-direction': {
    file: 'relay-one-direction.yaml',
    topic: 'relay',
    summary: 'only one direction of the way back is open: the other is named, and the direct path comes up',
    needs: LAB,
  },
  'relay-adaptive-interval': {
    file: 'relay-adaptive-interval.yaml',
    topic: 'relay',
    summary: 'the direct path is gone for long: it is asked for ever more rarely, and is back all the same',
    needs: LAB,
  },
  'relay-websocket-errors': {
    file: 'relay-websocket-errors.yaml',
    topic: 'relay',
    summary: 'five ways in which the WebSocket of a relay ends, told apart',
    needs: [],
  },
  'relay-address-changes': {
    file: 'relay-address-changes.yaml',
    topic: 'relay',
    summary: 'the server moves to another address: whoever asks for it each time is there at once',
    needs: LAB,
  },
  'relay-late-pongs': {
    file: 'relay-late-pongs.yaml',
    topic: 'relay',
    summary: 'pongs that are late, or answer earlier pings: misses, and three of them lead to the relay',
    needs: [],
  },
} as const satisfies BundledDrills
