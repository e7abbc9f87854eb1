import { type Actions, basePath, type Html, type Mount, type MountState, Problem } from '@reference-plugins/core'
import type { ParameterizedContext } from 'koa'
import type { Session } from '../checkout/vocabulary.ts'
import type { Shop } from '../shop.ts'
import { ShopError } from '../shop-error.ts'
import type { Store } from '../stores/store.ts'
import { readForm } from './form.ts'
import { createFormToken, isFormToken } from './form-token.ts'
import { pagePolicy } from './layout.ts'
import { checkoutPage, refusedPage, unknownPage } from './page.ts'

type Exchange = ParameterizedContext<MountState>

/**
 * The page at `continue_url`, on which a person confirms their age; the same page follows the order. A form is accepted only
 * from the page itself, in a browser. That keeps out other sites and an assistant that has only the API. It does not prove
 * who sat in front of the browser.
 */
export function createContinuePage(shop: Shop, publicUrl: string, actions: () => Actions): Mount {
  const { database, checkouts, stores, now } = shop
  const { origin } = new URL(publicUrl)
  const base = basePath(publicUrl)
  const sign = (text: string) => actions().secret.sign(text)

  async function show(ctx: Exchange, session: Session, problem?: { status: number; text: string }): Promise<void> {
    const store = stores.get(session.metadata.store)
    const age = ageToConfirm(session, store)
    const isConfirmed = age === 0 && ageOf(session, store) > 0
    const action = `${base}/continue/${session.id}`
    const token = age > 0 ? await createFormToken(sign, session.id, age, now()) : ''
    const facts = { session, store, age, isConfirmed, form: { action, token }, problem: problem?.text }
    send(ctx, problem?.status ?? 200, checkoutPage(facts))
  }

  async function confirm(ctx: Exchange, session: Session): Promise<void> {
    const form = await readForm(ctx.req)
    const age = ageToConfirm(session, stores.get(session.metadata.store))
    if (age === 0) return show(ctx, session)
    if (!(await isFormToken(sign, form.get('token') ?? '', session.id, age, now())))
      return show(ctx, session, {
        status: 409,
        text: 'The cart has changed, or the page was open for too long: confirm again.',
      })
    if (form.get('age') !== String(age))
      return show(ctx, session, { status: 400, text: `Check the box if you are ${age} or older.` })
    try {
      await database.transaction((transaction) => checkouts.confirmAge(transaction, session.id, age))
    } catch (error) {
      if (!(error instanceof ShopError)) throw error
      return show(ctx, await checkouts.read(database, session.id), { status: 409, text: 'Nothing was confirmed.' })
    }
    ctx.redirect(`${base}/continue/${session.id}`)
    ctx.status = 303
    ctx.body = ''
  }

  return {
    path: '/continue',
    isForPeople: true,
    async middleware(ctx) {
      ctx.set('Content-Security-Policy', pagePolicy)
      // Without it, browsers do not say where a form comes from.
      ctx.set('Referrer-Policy', 'same-origin')
      if (!['GET', 'HEAD', 'POST'].includes(ctx.method))
        throw new Problem(405, 'Open this page in a browser', { headers: { allow: 'GET, HEAD, POST' } })
      if (ctx.method === 'POST' && !isFromHere(ctx, origin)) return send(ctx, 403, refusedPage)
      const session = await find(shop, ctx.path.slice('/continue/'.length))
      if (!session) return send(ctx, 404, unknownPage)
      return ctx.method === 'POST' ? confirm(ctx, session) : show(ctx, session)
    },
  }
}

async function find({ database, checkouts }: Shop, id: string): Promise<Session | undefined> {
  if (!/^\w[\w-]{0,40}$/.test(id)) return undefined
  try {
    return await checkouts.read(database, id)
  } catch (error) {
    if (error instanceof ShopError && error.kind === 'missing') return undefined
    throw error
  }
}

/** Browsers say where a form comes from, and pages cannot change what they say. */
function isFromHere(ctx: Exchange, origin: string): boolean {
  const site = ctx.get('Sec-Fetch-Site')
  const mode = ctx.get('Sec-Fetch-Mode')
  return site === '' ? ctx.get('Origin') === origin : site === 'same-origin' && mode === 'navigate'
}

const ageOf = ({ line_items }: Session, { menu }: Store): number =>
  Math.max(0, ...line_items.map(({ item }) => menu.find(({ id }) => id === item.id)?.age ?? 0))

const ageToConfirm = (session: Session, store: Store): number =>
  session.messages.some(({ code }) => code === 'age_verification_required') ? ageOf(session, store) : 0

function send(ctx: Exchange, status: number, page: Html): void {
  ctx.status = status
  ctx.type = 'html'
  ctx.body = page.text
}
