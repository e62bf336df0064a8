import type {Family} from '../../core/outcome.ts'
import type {HttpClient} from '../../core/ports.ts'
import type {TlsMaterials} from '../tls/materials.ts'
import type {TlsOptions} from '../tls/options.ts'
import type {HttpOptions} from './options.ts'
import type {HttpRequest} from './request.ts'
import type {Place, Routes} from './routes.ts'
import type {Secrets} from './secrets.ts'

export interface ProxyPlace extends Place {
  /** TLS to the proxy itself. */
  readonly secure: boolean
}

/** Everything that is known before the first sample. */
export interface HttpTarget {
  readonly request: HttpRequest
  readonly options: HttpOptions
  readonly family: Family | 0
  readonly source: string | undefined
  readonly interface: string | undefined
  readonly routes: Routes
  readonly proxy: ProxyPlace | null
  readonly secrets: Secrets
  readonly client: HttpClient
  /** Also for `http://`: a redirect may lead to TLS. */
  readonly tls: {readonly options: TlsOptions; readonly materials: TlsMaterials}
}
