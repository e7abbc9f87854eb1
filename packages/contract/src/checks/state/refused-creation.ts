import { call } from '../../calls/check-run.ts'
import { resourceOf } from '../../calls/pool.ts'
import { keyIn, type Life, listValues } from '../../state/life.ts'
import { newValues } from '../../state/making.ts'
import { readList } from '../../state/paging.ts'
import { itemOf } from '../../state/things.ts'

/** A creation that is refused leaves nothing. */
export async function checkRefusedCreation(life: Life): Promise<void> {
  const { run, resource, create, thing, words, members } = life
  const [list] = resource.lists
  const schema = create.bodies[0]?.schema
  if (!list || !schema) return
  const refused: { canary: string; curl: string }[] = []
  for (const { name, isText } of members.slice(0, 8)) {
    const canary = words.next()
    // A wrong value in one member, and the word by which it could be found in another.
    const wrong = isText ? [{}] : 'not right at all'
    const values = newValues(run, resource, canary, { members: { [name]: wrong }, path: thing.path })
    const sent = values?.body?.value
    if (!values || run.values.fits(schema, sent) || !JSON.stringify(sent).includes(canary)) continue
    const exchange = await call(run, create, values)
    if (exchange && exchange.status >= 400 && exchange.status < 500) refused.push({ canary, curl: exchange.curl })
  }
  if (refused.length === 0) return
  const searched = list.inputs.some(({ required, place }) => required && place === 'query')
  const values = listValues(run, list, thing)
  const whole = values && !searched ? await readList(run, list, values) : undefined
  for (const { canary, curl } of refused)
    if (whole && itemOf(whole.items, { id: undefined, canary }, keyIn(life), resourceOf(resource.path)))
      return run.report.addTo(
        create,
        'refused-kept',
        `${list.id} shows an item whose creation was refused`,
        curl,
        `a list without the item of ${canary}`,
      )
}
