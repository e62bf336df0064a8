import * as z from 'zod'
import {HOST_TEXT, readHost} from './ssh-host.ts'

/** The key `on` of a fault in a document. */
export const onSchema = z
  .string()
  .regex(HOST_TEXT, 'it is not ssh://user@host or ssh://user@host:port')
  .refine((text) => !HOST_TEXT.test(text) || readHost(text) !== null, 'a port is a number from 1 to 65535')
  .describe('the host on which the fault is put in force, by the netdrill there: ssh://user@host[:port]')
