import { noValues } from '../../calls/call-values.ts'
import { toRequest } from '../../calls/request.ts'
import type { Life } from '../../state/life.ts'
import { valuesFor } from '../../state/making.ts'
import { keyOf } from '../../state/resource.ts'
import { thingIn } from '../../state/things.ts'

/** The header Location of a creation leads to what was created. */
export async function checkLocation({ run, resource, create, thing }: Life): Promise<void> {
  const { read } = resource
  const { location } = thing.made.headers
  const key = read && keyOf(read, create)
  const values = read && valuesFor(run, resource, read, thing)
  if (location === undefined || !read || !key || !values || thing.made.status !== 201) return
  const wanted = `Location: ${toRequest(read, values).path.replace(/\?.*/s, '')}, below the address of the API`
  const { path: own } = toRequest(create, { ...noValues(), path: thing.path })
  const address = thing.made.url.replace(/\?.*/s, '')
  // What comes before the path of the operation, whatever the public name of the server is.
  const base = address.slice(0, address.length - own.replace(/\?.*/s, '').length)
  const target = URL.parse(location, thing.made.url)
  if (!target) return run.report.addTo(create, 'location-wrong', `${location} is not a URL`, thing.made.curl, wanted)
  const prefix = URL.parse(base)?.pathname.replace(/\/$/, '') ?? ''
  if (!target.pathname.startsWith(`${prefix}/`)) return
  const path = target.pathname.slice(prefix.length) + target.search
  if (path.replace(/\/$/, '') === own.replace(/\?.*/s, '').replace(/\/$/, ''))
    return run.report.addTo(
      create,
      'location-wrong',
      `${location} is the address of all of them`,
      thing.made.curl,
      wanted,
    )
  const exchange = await run.client.attempt({ ...toRequest(read, values), path })
  if (!exchange) return
  const shown = thingIn(exchange.json, thing.sent)
  if ([404, 410].includes(exchange.status) || exchange.status >= 500)
    run.report.addTo(
      create,
      'location-wrong',
      `${location} is answered with ${exchange.status}`,
      thing.made.curl,
      wanted,
    )
  else if (exchange.status < 300 && Object.keys(shown).length > 0 && !exchange.text.includes(thing.canary)) {
    const own = await run.client.attempt(toRequest(read, values))
    if (own?.text.includes(thing.canary))
      run.report.addTo(
        create,
        'location-wrong',
        `${location} is not the address of what was created`,
        thing.made.curl,
        wanted,
      )
  }
}
