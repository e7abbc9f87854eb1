import { createHash } from 'node:crypto'
import { createUpstream, cutOutput, serve } from '@reference-plugins/core'
import { z } from 'zod'
import type { Services } from '../../services.ts'
import { type Defect, openShop } from '../../shop.ts'

/** Where the bank and the courier are, the token of the only user, and a mistake of the author. */
const settings = z.object({ SERVICES_URL: z.url(), TOKEN: z.string(), DEFECT: z.string().optional() })

await serve(
  async ({ DATABASE_URL, SERVICES_URL, TOKEN, DEFECT }) => {
    const digest = createHash('sha256').update(TOKEN).digest('hex')
    const services = servicesAt(SERVICES_URL)
    const find = async (given: string) => (given === digest ? { id: 'ada' } : undefined)
    return (await openShop(DATABASE_URL, { services, price: () => 350, find, defect: DEFECT as Defect })).plugin
  },
  { port: 3300, folder: new URL('..', import.meta.url), settings },
)

function servicesAt(baseUrl: string): Services {
  const upstream = createUpstream({ name: 'the services', baseUrl })
  const output = z.object({ result: z.unknown(), ...cutOutput })
  return new Proxy({} as Services, {
    get:
      (_, name) =>
      async (...values: unknown[]) => {
        const context = { signal: AbortSignal.timeout(10_000), log: { warn() {}, error() {} } as never }
        const { result } = await upstream.call('POST /{name}', {
          path: { name: String(name) },
          body: values,
          output,
          context,
        })
        return result ?? undefined
      },
  })
}
