/** Which table of nftables a fault gets: of the whole place, of what arrives at a device, or of a part of a bond or bridge. Pure. */
import {isEverything, renderPartBlockTable, renderPartClassifyTable} from './backends/nft-part.ts'
import type {TableFamily, TableRequest} from './backends/nft-parts.ts'
import {renderBlockTable, renderClassifyTable, renderIngressTable} from './backends/nft-table.ts'
import type {DeviceFacts, Verdict} from './situation.ts'

/** What of the table the device does not decide. */
type Asked = Omit<TableRequest, 'device' | 'family' | 'everything'>

/** In which family of nftables a fault's table is. */
export function tableFamily(device: DeviceFacts | null): TableFamily {
  return device?.ingress !== undefined || device?.partOf !== undefined ? 'netdev' : 'inet'
}

/** A table that drops, rejects or alters. */
export function blockTable(asked: Asked, device: DeviceFacts | null, verdict: Verdict): string {
  const request = {...asked, device: device?.name ?? null}
  return device?.partOf === undefined
    ? renderBlockTable(request, verdict)
    : renderPartBlockTable(request, verdict, device.name)
}

/** A table that sends what is shaped to its class. */
export function classifyTable(asked: Asked, device: DeviceFacts | null, classNumber: number): string {
  const name = device?.name ?? ''
  if (device?.ingress) {
    const {of} = device.ingress
    const whole = device.partOf !== undefined && isEverything(asked) ? {everything: of} : {}
    return renderIngressTable({...asked, ...whole, device: of}, classNumber, name)
  }
  return device?.partOf === undefined
    ? renderClassifyTable({...asked, device: name}, classNumber)
    : renderPartClassifyTable({...asked, device: name}, name, classNumber)
}
