/** The drills to begin with. */
import {type BundledDrills, LAB} from './bundled-drill.ts'

export const START_DRILLS = {
  demo: {
    file: 'demo.yaml',
    topic: 'start',
    summary: 'a slow phase and an outage against embedded servers: runs anywhere',
    needs: [],
  },
  partition: {
    file: 'partition.yaml',
    topic: 'start',
    summary: 'a firewall drops everything between client and server, then heals',
    needs: LAB,
  },
  'lossy-link': {
    file: 'lossy-link.yaml',
    topic: 'start',
    summary: 'delay and packet loss on a link, measured against what was asked',
    needs: LAB,
    impairs: true,
  },
} as const satisfies BundledDrills
